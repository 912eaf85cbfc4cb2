// A network between clients and a server that can be cut and frozen.
import {connect, createServer} from 'node:net';

export class Link {
  #server;
  #pairs = new Set();
  #frozen = false;
  cuts = 0;

  /** Listens on a free port of the loopback and passes on to that one. */
  static async to(port) {
    const link = new Link();
    link.#server = createServer(near => link.#pass(near, port));
    await new Promise(resolve => link.#server.listen(0, '127.0.0.1', resolve));
    return link;
  }

  get port() { return this.#server.address().port; }

  #pass(near, port) {
    const far = connect(port, '127.0.0.1');
    const pair = [near, far];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const [from, to] of [[near, far], [far, near]]) {
      from.on('data', bytes => { if (!this.#frozen) to.write(bytes); });
      from.on('close', end).on('error', end);
    }
  }

  /** Every connection is reset. */
  cut() {
    for (const pair of this.#pairs) pair[0].resetAndDestroy();
    this.cuts++;
  }

  /** What is sent from now on vanishes, and nobody is told. */
  freeze() { this.#frozen = true; }

  /** The connections that lost something stay lost: a TCP stream has no holes. */
  thaw() {
    this.cut();
    this.#frozen = false;
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
