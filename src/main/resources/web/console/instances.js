import {count, counted, h, setText} from './dom.js';
import {createInstance} from './dialogs.js';
import {Everywhere} from './everywhere.js';
import {Table} from './table.js';

/** The page of all instances: of a cluster, those of all nodes. */
export function instancesPage(feed, go) {
  const search = h('input', {type: 'search', 'aria-label': 'Filter by id or name', placeholder: 'Filter by id or name', autocomplete: 'off', spellcheck: 'false'});
  const type = h('select', {'aria-label': 'Type'}, h('option', {value: ''}, 'All types'));
  const status = h('select', {'aria-label': 'Status'}, h('option', {value: ''}, 'Any status'));
  const sort = h('select', {class: 'narrow', 'aria-label': 'Sort by'}, Table.columns.map(({key, title}) => h('option', {value: key, hidden: key === 'node'}, `By ${title.toLowerCase()}`)));
  const shown = h('p', {class: 'count', role: 'status'});
  const note = h('p', {class: 'hint', role: 'status', hidden: true});
  const empty = h('p', {class: 'empty', hidden: true});
  const instances = new Everywhere(feed, answered);
  const table = new Table(instances, go, matching => {
    const all = instances.size;
    setText(shown, matching === all ? counted(all, 'instance') : `${count(matching)} of ${counted(all, 'instance')}`);
    empty.hidden = matching > 0 || !feed.loaded;
    setText(empty, all ? 'No instance matches the filter.' : 'No instances yet. Make one with “New instance”, or over REST.');
  });

  function refilter() {
    const words = search.value.trim().toLowerCase();
    const {column} = instances;
    const match = row => (!type.value || row[column.type] === type.value)
      && (!status.value || row[column.status] === status.value)
      && (!words || row[column.id].toLowerCase().includes(words) || row[column.name].toLowerCase().includes(words));
    match.changes = !!status.value;
    table.filter(match);
    instances.seek([['name', search.value.trim()], ['type', type.value], ['status', status.value]]
      .filter(([, value]) => value).map(([key, value]) => `&${key}=${encodeURIComponent(value)}`).join(''));
  }

  function answered({silent, cut, problem}) {
    if (!table.element.classList.contains('clustered')) {
      table.showNodes();
      for (const option of sort.options) option.hidden = false;
    }
    const words = [
      problem && `Of the other nodes as last seen: ${problem}.`,
      silent.length && `No answer from ${silent.join(', ')}: what runs there is as last seen, or as the store has it.`,
      cut && `Looked at the first ${count(cut)} of the cluster’s instances; filter by name to find others.`,
    ].filter(Boolean);
    note.hidden = !words.length;
    setText(note, words.join(' '));
    offer(status, 'status');
    offer(type, 'type');
    table.update({structure: true});
  }

  /** The choices are what there is, statuses that this page has never heard of included. */
  function offer(select, key) {
    const known = new Set([...select.options].map(option => option.value));
    for (const row of instances.values()) {
      const value = row[instances.column[key]];
      if (!known.has(value)) {
        known.add(value);
        select.append(h('option', {value}, value));
      }
    }
  }

  const onRows = ({detail}) => {
    instances.told(detail.ids ?? [], detail.gone);
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
        h('h1', {}, 'Instances'), shown,
        h('div', {class: 'tools'}, search, type, status, sort, h('button', {class: 'primary', onclick: createInstance}, 'New instance'))),
      note, table.element, empty),
    opened() {
      instances.open();
    },
    close() {
      feed.removeEventListener('rows', onRows);
      instances.close();
      table.close();
    },
  };
}
