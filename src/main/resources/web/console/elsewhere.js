import {Names} from './cluster.js';
import {Poll} from './poll.js';
import {instancePath, rest} from './rest.js';

/** An instance of a cluster: which node runs it, and how it is there. The feed has the instances of this console's own node only. */
export class Elsewhere {
  /** Id of the node that runs it; null where none does, or if there is no cluster. */
  node = null;
  name = '';
  #id;
  #show;
  #poll = null;
  #before = null;

  /** @param show gets a function from a row's column to its value */
  constructor(id, show) {
    this.#id = id;
    this.#show = show;
  }

  async learn({node = null}) {
    const names = new Names();
    // Without the right to see the nodes it has its id.
    if (node) names.learn(await rest('GET', '/nodes').then(({items}) => items, () => []));
    this.node = node;
    this.name = node ? names.of(node) : '';
  }

  /** Whether to ask once a second. */
  look(wanted) {
    if (wanted && this.node && !this.#poll) {
      this.#poll = new Poll(() => this.#ask());
      this.#poll.now();
    } else if (!wanted) {
      this.close();
    }
  }

  async #ask() {
    const poll = this.#poll;
    try {
      const {status, node} = await rest('GET', instancePath(this.#id));
      const stats = await rest('GET', `${instancePath(this.#id)}/stats`);
      if (poll === this.#poll) this.#figures({status, node}, stats);
    } catch (problem) {
      if (poll === this.#poll && problem.status === 404) this.#figures({status: 'gone'}, {});
      return problem.status !== 404;
    }
    return true;
  }

  #figures(instance, stats) {
    const before = this.#before;
    const seconds = before && (performance.now() - before.at) / 1000;
    const rate = key => before && stats[key] >= before.stats[key] ? Math.round((stats[key] - before.stats[key]) / seconds) : 0;
    const {connections = 0, channels = 0, mailboxDepth = 0, restarts = 0, handlerTime} = stats;
    const values = {...instance, connections, channels, restarts, in: rate('messagesIn'), out: rate('messagesOut'), mailbox: mailboxDepth, p99: handlerTime?.p99};
    this.#before = {stats, at: performance.now()};
    this.#show(key => values[key]);
  }

  close() {
    this.#poll?.close();
    this.#poll = null;
    this.#before = null;
  }
}
