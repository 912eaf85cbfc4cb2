import {count, counted, h, pageLink, setText} from './dom.js';
import {createInstance} from './dialogs.js';
import {rest} from './rest.js';
import {Table} from './table.js';

/** The page of all instances. */
export function instancesPage(feed, go) {
  const search = h('input', {type: 'search', 'aria-label': 'Filter by id or name', placeholder: 'Filter by id or name', autocomplete: 'off', spellcheck: 'false'});
  const type = h('select', {'aria-label': 'Type'}, h('option', {value: ''}, 'All types'));
  const status = h('select', {'aria-label': 'Status'}, h('option', {value: ''}, 'Any status'));
  const sort = h('select', {class: 'narrow', 'aria-label': 'Sort by'}, Table.columns.map(({key, title}) => h('option', {value: key}, `By ${title.toLowerCase()}`)));
  const shown = h('p', {class: 'count', role: 'status'});
  const others = h('p', {class: 'count', hidden: true}, 'on this node; find the others under ', pageLink(go, '/console/nodes', 'Nodes'));
  const empty = h('p', {class: 'empty', hidden: true});
  const table = new Table(feed, go, matching => {
    const all = feed.rows.size;
    setText(shown, matching === all ? counted(all, 'instance') : `${count(matching)} of ${counted(all, 'instance')}`);
    empty.hidden = matching > 0 || !feed.loaded;
    setText(empty, all ? 'No instance matches the filter.' : 'No instances yet. Make one with “New instance”, or over REST.');
  });

  function refilter() {
    const words = search.value.trim().toLowerCase();
    const {column} = feed;
    const match = row => (!type.value || row[column.type] === type.value)
      && (!status.value || row[column.status] === status.value)
      && (!words || row[column.id].toLowerCase().includes(words) || row[column.name].toLowerCase().includes(words));
    match.changes = !!status.value;
    table.filter(match);
  }

  /** The choices are what there is, statuses that this page has never heard of included. */
  function offer(select, key) {
    const known = new Set([...select.options].map(option => option.value));
    for (const row of feed.rows.values()) {
      const value = row[feed.column[key]];
      if (!known.has(value)) {
        known.add(value);
        select.append(h('option', {value}, value));
      }
    }
  }

  const onRows = ({detail}) => {
    offer(status, 'status');
    if (detail.structure) offer(type, 'type');
    table.update(detail);
  };
  search.addEventListener('input', refilter);
  type.addEventListener('change', refilter);
  status.addEventListener('change', refilter);
  sort.addEventListener('change', () => table.sortBy(sort.value));
  feed.addEventListener('rows', onRows);
  onRows({detail: {structure: true}});

  return {
    title: 'Instances',
    element: h('section', {class: 'instances'},
      h('div', {class: 'toolbar'},
        h('h1', {}, 'Instances'), shown, others,
        h('div', {class: 'tools'}, search, type, status, sort, h('button', {class: 'primary', onclick: createInstance}, 'New instance'))),
      table.element, empty),
    opened() {
      // Without the right to see the nodes nothing is said of them.
      rest('GET', '/nodes').then(({items}) => { others.hidden = items.length < 2; }, () => {});
    },
    close() {
      feed.removeEventListener('rows', onRows);
      table.close();
    },
  };
}
