/**
 * The one WebSocket: keeps the rows of all instances and the samples of 15 minutes, and reconnects.
 * Events: `rows` ({structure: whether rows came or went, ids: those that came or changed, gone: whether some went}), `sample`, `node`, `room`, `message`, `skipped`,
 * `refused`, `state` ('connecting', 'live'), `away` (no socket came).
 */
export class Feed extends EventTarget {
  rows = new Map();
  column = {};
  node = null;
  loaded = false;
  #socket;
  #attempt = 0;
  #observed = null;

  connect() {
    this.#tell('state', 'connecting');
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/console/feed`);
    this.#socket = socket;
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#attempt = 0;
      if (this.#observed) this.#send({observe: this.#observed});
    };
    socket.onmessage = ({data}) => this.#on(JSON.parse(data));
    socket.onclose = () => {
      this.#tell('state', 'connecting');
      if (!opened) this.#tell('away');
      setTimeout(() => this.connect(), Math.random() * Math.min(10_000, 500 * 2 ** this.#attempt++));
    };
  }

  /** Which room to hear of; null for none. */
  observe(target) {
    this.#observed = target;
    this.#send({observe: target});
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #on(frame) {
    if (frame.rows) this.#put(frame);
    else if (frame.reset) this.#reset(frame.reset.columns);
    else if (frame.loaded) {
      this.loaded = true;
      this.#tell('state', 'live');
      this.#tell('rows', {structure: true});
    } else if (frame.node) {
      this.node = frame.node;
      this.#tell('node', frame.node);
    } else if (frame.sample) this.#sample(frame);
    else {
      const [kind] = Object.keys(frame);
      this.#tell(kind, frame[kind]);
    }
  }

  #reset(columns) {
    this.rows.clear();
    this.loaded = false;
    // The last one is of instances that others tell of: see Everywhere.
    [...columns, 'node'].forEach((name, index) => { this.column[name] = index; });
  }

  #put({rows, gone = []}) {
    const before = this.rows.size;
    let removed = 0;
    for (const id of gone) removed += this.rows.delete(id);
    for (const row of rows) this.rows.set(row[0], row);
    if (rows.length || removed) {
      this.#tell('rows', {structure: removed > 0 || this.rows.size !== before, ids: rows.map(row => row[0]), gone: removed > 0});
    }
  }

  #sample({sample, totals}) {
    if (!this.node) return;
    this.node.samples.push(sample);
    if (this.node.samples.length > 900) this.node.samples.shift();
    this.node.totals = totals;
    this.#tell('sample', sample);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, {detail}));
  }
}
