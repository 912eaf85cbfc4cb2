import {Chart} from './charts.js';
import {bytes, count, h, micros, since, tile} from './dom.js';

const rate = value => Number.isInteger(value) || value >= 10 ? count(Math.round(value)) : value.toFixed(1);
const percent = value => `${Math.round(value)} %`;
const duration = value => micros(Math.round(value));
const millis = value => `${rate(value)} ms`;

/** Title, the samples' columns with their names and colours, how a value reads, how high the axis is at least. */
const CHARTS = [
  ['Connections', [['connections', '', '--series-1']], rate],
  ['Messages a second', [['in', 'in', '--series-1'], ['out', 'out', '--series-2']], rate],
  ['Bytes a second', [['bytesIn', 'in', '--series-1'], ['bytesOut', 'out', '--series-2']], bytes, 1024],
  ['Journal entries a second', [['entries', '', '--series-1']], rate],
  ['Journal commit', [['commit', 'mean', '--series-1'], ['slowest', 'worst', '--series-2']], duration, 1000],
  ['CPU, of one core', [['cpu', '', '--series-1']], percent, 10],
  ['Heap', [['heap', 'used', '--series-1'], ['committed', 'committed', '--series-2']], bytes],
  ['Garbage collection a second', [['gc', '', '--series-1']], millis, 10],
  ['Worst event loop lag', [['lag', '', '--series-1']], duration, 1000],
];

/** What the journal tells, in this order: its key, name and how it reads. */
const JOURNAL = [
  ['kind', 'kind', String],
  ['entries', 'entries since the start', count],
  ['transactions', 'transactions since the start', count],
  ['batch', 'entries a transaction', rate],
  ['commit', 'time of a transaction', duration],
  ['queued', 'entries that wait', count],
  ['queuedBytes', 'bytes that wait', bytes],
  ['retries', 'transactions tried again', count],
];

/** The page of the node that this console is connected to. */
export function nodePage(feed) {
  const tiles = Object.fromEntries(['Heap', 'CPU', 'Event loop lag', 'GC, last minute', 'Connections', 'Direct memory', 'Threads', 'Up for'].map(name => [name, tile(name)]));
  const charts = CHARTS.map(([title, series, ...scale]) => new Chart(title, series.map(([, name, token]) => ({title: name, token})), ...scale));
  const sockets = h('tbody');
  const gc = h('tbody');
  const journal = h('tbody');
  const facts = h('p', {class: 'count'});

  const line = (name, ...values) => h('tr', {}, h('th', {scope: 'row'}, name), values.map(value => h('td', {class: 'number'}, value)));
  const words = reason => reason.replaceAll('_', ' ');

  function draw() {
    const node = feed.node;
    if (!node?.samples.length) return;
    const at = name => node.columns.indexOf(name);
    const column = name => node.samples.map(sample => sample[at(name)]);
    const last = node.samples.at(-1);
    const value = name => last[at(name)];
    tiles.Heap.set(bytes(value('heap')));
    tiles.Heap.name(`Heap, of ${bytes(node.facts.heapMax)}`);
    tiles.CPU.set(`${value('cpu')} %`);
    tiles.CPU.name(`CPU, of ${node.facts.processors * 100} %`);
    tiles['GC, last minute'].set(millis(column('gc').slice(-60).reduce((sum, each) => sum + each, 0)));
    tiles['Event loop lag'].set(micros(value('lag')));
    tiles.Connections.set(count(value('connections')));
    tiles['Direct memory'].set(bytes(value('direct')));
    tiles.Threads.set(count(value('threads')));
    tiles['Up for'].set(since(node.facts.startedAt));
    facts.textContent = `Mycelium ${node.facts.version}, Java ${node.facts.java}, process ${node.facts.pid}`;
    const times = column('at').map(time => time / 1000);
    CHARTS.forEach(([, series], i) => charts[i].show([times, ...series.map(([name]) => column(name))]));
    const {totals} = node;
    sockets.replaceChildren(
      line('open', count(totals.sockets.open)),
      ...Object.entries(totals.sockets.states).map(([state, times]) => line(`open: ${words(state)}`, count(times))),
      line('opened since the start', count(totals.sockets.opened)),
      ...Object.entries(totals.sockets.closed).map(([reason, times]) => line(`closed: ${words(reason)}`, count(times))),
      ...Object.entries(totals.sockets.refused).map(([reason, times]) => line(`refused: ${words(reason)}`, count(times))));
    gc.replaceChildren(...totals.gc.map(({name, count: times, millis: took}) => line(name, count(times), `${count(took)} ms`)));
    journal.replaceChildren(...JOURNAL.filter(([key]) => key in totals.journal).map(([key, name, format]) => line(name, format(totals.journal[key]))));
  }

  feed.addEventListener('sample', draw);
  feed.addEventListener('node', draw);

  return {
    title: 'Node',
    element: h('section', {class: 'node'},
      h('div', {class: 'toolbar'}, h('h1', {}, 'Node'), facts),
      h('dl', {class: 'tiles'}, Object.values(tiles).map(each => each.element)),
      h('div', {class: 'charts'}, charts.map(chart => chart.element)),
      h('div', {class: 'columns'},
        h('section', {class: 'card'}, h('h2', {}, 'Sockets'), h('table', {}, sockets)),
        h('section', {class: 'card'}, h('h2', {}, 'Garbage collectors'),
          h('table', {}, h('thead', {}, h('tr', {}, ['Collector', 'Runs', 'Took'].map((name, i) => h('th', {scope: 'col', class: i && 'number'}, name)))), gc)),
        h('section', {class: 'card'}, h('h2', {}, 'Journal'), h('table', {}, journal)))),
    opened: draw,
    close() {
      feed.removeEventListener('sample', draw);
      feed.removeEventListener('node', draw);
      charts.forEach(chart => chart.close());
    },
  };
}
