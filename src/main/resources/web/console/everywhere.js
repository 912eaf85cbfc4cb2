import {Names} from './cluster.js';
import {Poll} from './poll.js';
import {rest} from './rest.js';

const EVERY = 5000;
const PAGE = 500;
const PAGES = 4;

/** What the list says of an instance, as the feed would say it; null for what only its own node knows. */
function row(column, item, node) {
  const values = [];
  const all = {...item, createdAt: Date.parse(item.createdAt), node};
  for (const [key, index] of Object.entries(column)) values[index] = all[key] ?? null;
  return values;
}

/**
 * The instances of all nodes of a cluster: those of the console's own node as the feed tells them, the others as their nodes
 * answer the list, which is asked for every few seconds while the page is in sight. On a node that is alone the feed's and no
 * request.
 */
export class Everywhere {
  /** Of this node, as one calls it; null if there is no cluster. */
  here = null;
  #feed;
  #show;
  #elsewhere = new Map();
  #poll = null;
  #query = '';
  #cut = false;
  #early = false;

  /** @param show called after an answer with {silent: names of the nodes that did not answer, cut: how many were looked at if there are more, problem} */
  constructor(feed, show) {
    this.#feed = feed;
    this.#show = show;
  }

  get column() {
    return this.#feed.column;
  }

  get loaded() {
    return this.#feed.loaded;
  }

  get size() {
    return this.#feed.rows.size + this.#elsewhere.size;
  }

  get(id) {
    return this.#feed.rows.get(id) ?? this.#elsewhere.get(id);
  }

  * values() {
    yield* this.#feed.rows.values();
    yield* this.#elsewhere.values();
  }

  /** Asks whether there is a cluster, and from then on what it has. */
  open() {
    this.#poll = new Poll(() => this.#look(), EVERY);
    this.#poll.now();
  }

  /** What is looked for, as the list takes it: of use only where there is more than is looked at. */
  seek(query) {
    if (query === this.#query) return;
    this.#query = query;
    if (this.#cut) this.#poll?.soon();
  }

  /** The feed has told of these, or of some that are gone, which may have moved. */
  told(ids, gone) {
    for (const id of ids) this.#elsewhere.delete(id);
    if (gone && this.here !== null) this.#poll?.soon();
    if (this.#early && this.loaded) this.#poll?.now();
  }

  async #look() {
    const poll = this.#poll;
    // Only the feed knows which are its own, and in which order their columns are.
    this.#early = !this.loaded;
    if (this.#early) return true;
    try {
      const {items: nodes} = await rest('GET', '/nodes');
      if (!nodes.length) return false;
      const found = await this.#list();
      if (poll === this.#poll) this.#take(nodes, found);
    } catch (problem) {
      // Without the right to see the nodes nothing is said of them.
      if (problem.status === 403) return false;
      if (poll === this.#poll && this.here !== null) this.#show({silent: [], problem: problem.message});
    }
    return true;
  }

  async #list() {
    const items = [];
    const silent = new Set();
    let after = '';
    for (let page = 0; page < PAGES && after != null; page++) {
      const answer = await rest('GET', `/instances?limit=${PAGE}${after && `&after=${encodeURIComponent(after)}`}${this.#cut ? this.#query : ''}`);
      items.push(...answer.items);
      for (const node of answer.unanswered ?? []) silent.add(node);
      after = answer.next;
    }
    return {items, silent, more: after != null};
  }

  #take(nodes, {items, silent, more}) {
    const names = new Names().learn(nodes);
    const own = nodes.find(({self}) => self)?.id;
    const missing = [...silent].map(id => names.of(id));
    const {column} = this;
    const before = this.#elsewhere;
    this.here = own ? names.of(own) : '';
    this.#elsewhere = new Map();
    for (const item of items) {
      if (item.node && item.node === own || this.#feed.rows.has(item.id)) continue;
      // Of a node that did not answer the list has what the store knows, which is less than was known here.
      const last = item.node ? undefined : before.get(item.id);
      const kept = last && missing.includes(last[column.node]);
      this.#elsewhere.set(item.id, kept ? last : row(column, item, item.node ? names.of(item.node) : ''));
    }
    this.#cut ||= more;
    this.#show({silent: missing, cut: more ? items.length : 0});
  }

  close() {
    this.#poll?.close();
    this.#poll = null;
  }
}
