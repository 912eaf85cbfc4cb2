import {Names, place} from './cluster.js';
import {counted, h, setText} from './dom.js';
import {Events} from './events.js';
import {NodeCard} from './node-card.js';
import {Owners} from './owners.js';
import {Poll} from './poll.js';
import {rest} from './rest.js';

/** Answers between two looks at who owns what, if nothing happens. */
const ROUNDS = 5;

/** A node that comes back under another id is where it was before. */
const byPlace = (a, b) => place(a).localeCompare(place(b), 'en', {numeric: true}) || (a.id < b.id ? -1 : 1);

/** The page of the cluster's nodes. */
export function nodesPage(feed, go) {
  const names = new Names();
  const cards = new Map();
  const shown = h('p', {class: 'count', role: 'status'});
  const error = h('p', {class: 'error', role: 'alert'});
  const list = h('ul', {class: 'nodes', 'aria-label': 'Nodes'});
  const alone = h('p', {class: 'empty', hidden: true}, 'This node is alone. Nodes with ', h('code', {}, 'cluster.enabled: true'),
    ' that share one PostgreSQL make a cluster: see ', h('code', {}, 'docs/cluster.md'), '.');
  const events = new Events(names, go);
  const owners = new Owners(names, go, () => poll.now());
  const cluster = h('div', {class: 'columns wide', hidden: true}, events.element, owners.element);
  const poll = new Poll(look);
  let round = 0;

  async function look() {
    let answer;
    try {
      answer = await rest('GET', '/nodes');
    } catch (problem) {
      error.replaceChildren(problem.message);
      return problem.status !== 403;
    }
    error.replaceChildren();
    show(answer);
    return true;
  }

  function show({items, events: happened, lease_ms: lease}) {
    names.learn(items);
    alone.hidden = items.length > 0;
    cluster.hidden = list.hidden = items.length === 0;
    showNodes([...items].sort(byPlace), lease);
    const news = events.show(happened);
    if (items.length && (news || round++ % ROUNDS === 0)) owners.look();
  }

  function showNodes(items, lease) {
    const ids = new Set(items.map(({id}) => id));
    for (const [id, card] of cards) {
      if (!ids.has(id)) {
        card.element.remove();
        cards.delete(id);
      }
    }
    items.forEach((node, index) => {
      let card = cards.get(node.id);
      if (!card) cards.set(node.id, card = new NodeCard(() => poll.now()));
      card.show(node, names.of(node.id), lease);
      if (list.children[index] !== card.element) list.insertBefore(card.element, list.children[index] ?? null);
    });
    const late = [...cards.values()].filter(card => card.state === 'late').length;
    const draining = items.filter(node => node.draining).length;
    setText(shown, items.length === 0 ? '' : [counted(items.length, 'node'), draining && `${draining} draining`, late && `${late} late`].filter(Boolean).join(', '));
  }

  return {
    title: 'Nodes',
    element: h('section', {class: 'cluster'},
      h('div', {class: 'toolbar'}, h('h1', {}, 'Nodes'), shown),
      error, alone, list, cluster),
    opened() {
      poll.now();
    },
    close() {
      poll.close();
      owners.close();
    },
  };
}
