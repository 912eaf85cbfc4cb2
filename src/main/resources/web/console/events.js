import {pause} from './cluster.js';
import {clock, h, instanceHref, pageLink} from './dom.js';

const BADGES = {joined: 'ok', serving: 'ok', moved: '', draining: 'warn', left: 'warn', failover: 'bad'};

/** What it means where it is about a node and no instance. */
const MEANS = {
  left: 'as planned',
  failover: 'it is gone: others take its instances over',
  draining: 'hands its instances over',
  serving: 'takes instances again',
};

/** What happened to the nodes, newest first. */
export class Events {
  #names;
  #go;
  #keys = [];

  constructor(names, go) {
    this.#names = names;
    this.#go = go;
    this.list = h('ol');
    this.element = h('section', {class: 'card'}, h('h2', {}, 'Events'),
      h('div', {class: 'events', role: 'log', tabindex: 0, 'aria-label': 'Events', 'aria-live': 'off'}, this.list));
  }

  /** Puts those that are new on top. @return whether there are any */
  show(events) {
    const keys = events.map(event => JSON.stringify(event));
    if (keys.length === this.#keys.length && keys[0] === this.#keys[0]) return false;
    const known = this.#keys.length ? keys.indexOf(this.#keys[0]) : -1;
    const fresh = (known < 0 ? events : events.slice(0, known)).map(event => this.#line(event));
    if (known < 0) {
      this.list.replaceChildren(...fresh);
    } else {
      for (const line of fresh) line.classList.add('fresh');
      this.list.prepend(...fresh);
      while (this.list.childElementCount > events.length) this.list.lastElementChild.remove();
    }
    this.#keys = keys;
    return true;
  }

  #line(event) {
    const {at, kind} = event;
    return h('li', {},
      h('time', {datetime: new Date(at).toISOString(), title: new Date(at).toLocaleString('en-GB')}, clock(at)),
      h('span', {class: 'badge', 'data-state': BADGES[kind]}, kind),
      h('span', {class: 'what'}, this.#what(event)));
  }

  #what({kind, node, instance, from, to, ms}) {
    const way = [from && this.#names.of(from), to && this.#names.of(to)].filter(Boolean).join(' → ');
    return [
      instance && pageLink(this.#go, instanceHref(instance), instance),
      h('span', {}, way || this.#names.of(node)),
      !instance && MEANS[kind] && h('small', {}, MEANS[kind]),
      ms != null && h('small', {}, `paused for ${pause(ms)}`),
    ];
  }
}
