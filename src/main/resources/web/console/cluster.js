import {confirm, field} from './dialogs.js';
import {h} from './dom.js';
import {instancePath, rest} from './rest.js';

/** What to call the nodes: by name where that tells them apart, else by host, else by host and port. */
export class Names {
  #seen = new Map();

  /** Of nodes that are gone too, since events tell of them. */
  learn(items) {
    for (const node of items) this.#seen.set(node.id, node);
    return this;
  }

  of(id) {
    const node = this.#seen.get(id);
    if (!node) return short(id);
    const others = [...this.#seen.values()].filter(each => place(each) !== place(node));
    const told = ['name', 'host'].find(key => node[key] && others.every(each => each[key] !== node[key]));
    return told ? node[told] : place(node);
  }
}

export const place = ({host, port}) => `${host}:${port}`;

export const short = id => id.slice(0, 8);

export const pause = ms => `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;

/** Asks where an instance is to go, and moves it. @param then gets {id, from, to, ms} and the nodes' names */
export function moveInstance(id, from, then) {
  const where = h('select', {id: 'move-to', name: 'node'}, h('option', {value: ''}, 'The node with the least load'));
  const names = new Names();
  const filled = rest('GET', '/nodes').then(({items}) => {
    names.learn(items);
    const others = items.filter(node => node.id !== from && !node.draining);
    where.append(...others.map(node => h('option', {value: node.id}, `${names.of(node.id)}, ${node.load.instances} instances`)));
  });
  confirm({
    title: `Move ${id}?`,
    text: 'Its connections stay open and no message is lost: they wait while it moves, usually for some milliseconds.',
    content: [field('To', where)],
    ready: filled,
    action: 'Move',
    act: async () => then(await rest('POST', `${instancePath(id)}/move`, where.value ? {node: where.value} : {}), names),
  });
}
