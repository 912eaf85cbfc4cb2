import {badge, bytes, count, h, instanceHref, micros, setText} from './dom.js';
import {confirmDelete, confirmRestart} from './dialogs.js';

/** Rows above and below the window that are drawn too, so that scrolling shows no gap. */
const OVERSCAN = 5;

/** For what there is not, or what only the owner's node knows. */
const DASH = '–';

/** What to show: heading, the feed's column, how its value reads, and whether large comes first. */
const COLUMNS = [
  {key: 'id', title: 'Instance', text: String},
  {key: 'type', title: 'Type', text: String},
  {key: 'status', title: 'Status', text: String},
  {key: 'node', title: 'Node', text: value => value || DASH, hint: 'Which node runs it'},
  {key: 'connections', title: 'Connections', text: count, number: true},
  {key: 'channels', title: 'Channels', text: count, number: true},
  {key: 'in', title: 'In/s', text: count, number: true},
  {key: 'out', title: 'Out/s', text: count, number: true},
  {key: 'mailbox', title: 'Mailbox', text: count, number: true},
  {key: 'p99', title: 'p99', text: value => value ? micros(value) : DASH, number: true, hint: 'Handler time: 99 of 100 batches of messages took less'},
  {key: 'restarts', title: 'Restarts', text: count, number: true},
  {key: 'memory', title: 'Memory', text: bytes, number: true, hint: 'Estimated from connections, channels and entries in memory'},
];

/** A table of any number of instances, of which only the rows in sight are elements. */
export class Table {
  #rows;
  #go;
  #view = [];
  #pool = [];
  #sort = {key: 'id', down: false};
  #match = () => true;
  #stale = false;
  #scheduled = false;
  #rowHeight = 0;
  #headings = new Map();

  /**
   * @param rows what there is: column, values(), get(id), and here, the name of this node, whose rows do not have it
   * @param go opens an instance's page
   * @param onCount told how many rows match
   */
  constructor(rows, go, onCount) {
    this.#rows = rows;
    this.#go = go;
    this.onCount = onCount;
    this.spacer = h('div', {class: 'spacer'});
    this.body = h('div', {
      class: 'rows', role: 'rowgroup', tabindex: 0, 'aria-label': 'Instances',
      onscroll: () => this.#schedule(), onkeydown: event => this.#onKey(event),
    }, this.spacer);
    this.head = h('div', {class: 'row head', role: 'row', 'aria-rowindex': 1}, COLUMNS.map(column => this.#heading(column)),
      h('div', {class: 'actions', role: 'columnheader'}, h('span', {class: 'hidden'}, 'Actions')));
    this.element = h('div', {class: 'table', role: 'table', 'aria-label': 'Instances'}, h('div', {class: 'head-box', role: 'rowgroup'}, this.head), this.body);
    this.observer = new ResizeObserver(() => { this.#rowHeight = 0; this.#schedule(); });
    this.observer.observe(this.body);
    this.#markSort();
  }

  #heading(column) {
    const heading = h('div', {role: 'columnheader', class: `c-${column.key}${column.number ? ' number' : ''}`},
      h('button', {title: column.hint, onclick: () => this.sortBy(column.key)}, column.title));
    this.#headings.set(column.key, heading);
    return heading;
  }

  static get columns() {
    return COLUMNS;
  }

  sortBy(key) {
    const column = COLUMNS.find(each => each.key === key);
    this.#sort = {key, down: this.#sort.key === key ? !this.#sort.down : !!column.number};
    this.#markSort();
    this.#order();
  }

  #markSort() {
    for (const [key, heading] of this.#headings) {
      if (key === this.#sort.key) heading.setAttribute('aria-sort', this.#sort.down ? 'descending' : 'ascending');
      else heading.removeAttribute('aria-sort');
    }
  }

  filter(match) {
    this.#match = match;
    this.update({structure: true});
  }

  /** Rows changed; `structure` says that some came or went. */
  update({structure}) {
    if (structure || this.#filtersByStatus()) {
      this.#view = [...this.#rows.values()].filter(this.#match);
      this.#stale = false;
      this.#order();
    } else {
      this.#refresh();
    }
  }

  #filtersByStatus() {
    return this.#match.changes === true;
  }

  /** The rows' new arrays in the old order; put in order unless somebody is about to act on one. */
  #refresh() {
    for (let i = 0; i < this.#view.length; i++) this.#view[i] = this.#rows.get(this.#view[i][0]) ?? this.#view[i];
    if (this.#sort.key === 'id' || this.body.contains(document.activeElement) && document.activeElement !== this.body
        || this.element.querySelector('.row .actions:hover')) {
      this.#schedule();
    } else {
      this.#order();
    }
  }

  /** Nearly sorted most of the time, which the engine's merge sort does in one pass. */
  #order() {
    const at = this.#rows.column[this.#sort.key] ?? 0;
    const sign = this.#sort.down ? -1 : 1;
    // A dash is less than any figure.
    const missing = this.#sort.key === 'node' ? this.#rows.here ?? '' : -1;
    const of = row => row[at] ?? missing;
    this.#view.sort((a, b) => of(a) < of(b) ? -sign : of(a) > of(b) ? sign : a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
    this.onCount(this.#view.length);
    this.#schedule();
  }

  #schedule() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    requestAnimationFrame(() => {
      this.#scheduled = false;
      this.#draw();
    });
  }

  #draw() {
    if (!this.body.isConnected) return;
    if (!this.#rowHeight) {
      this.#rowHeight = parseFloat(getComputedStyle(this.element).getPropertyValue('--row'));
      this.height = this.body.clientHeight;
    }
    const total = this.#view.length;
    const spacing = `${total * this.#rowHeight}px`;
    if (this.spacer.style.height !== spacing) this.spacer.style.height = spacing;
    this.element.setAttribute('aria-rowcount', total + 1);
    const first = Math.max(0, Math.floor(this.body.scrollTop / this.#rowHeight) - OVERSCAN);
    const slots = Math.ceil(this.height / this.#rowHeight) + 2 * OVERSCAN;
    while (this.#pool.length < slots) this.#pool.push(this.#newRow());
    const size = this.#pool.length;
    for (let index = first; index < first + size; index++) this.#fill(this.#pool[index % size], index);
  }

  #newRow() {
    const link = h('a', {});
    const name = h('small');
    const cells = COLUMNS.map(column => h('div', {role: 'cell', class: `c-${column.key}${column.number ? ' number' : ''}`}));
    cells[0].append(link, name);
    const status = badge('');
    cells[2].append(status);
    const row = {link, name, status, cells, index: -1};
    row.restart = h('button', {class: 'quiet', onclick: () => confirmRestart(row.id)}, '↻');
    row.remove = h('button', {class: 'quiet', onclick: () => confirmDelete(row.id)}, '✕');
    link.addEventListener('click', event => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      this.#go(link.getAttribute('href'));
    });
    row.element = h('div', {class: 'row', role: 'row'}, cells, h('div', {class: 'actions', role: 'cell'}, row.restart, row.remove));
    this.body.append(row.element);
    return row;
  }

  #fill(row, index) {
    const values = this.#view[index];
    if (!values) {
      row.element.hidden = true;
      return;
    }
    row.element.hidden = false;
    if (row.index !== index || row.height !== this.#rowHeight) {
      row.index = index;
      row.height = this.#rowHeight;
      row.element.style.transform = `translateY(${index * this.#rowHeight}px)`;
      row.element.setAttribute('aria-rowindex', index + 2);
    }
    if (row.values === values) return;
    row.values = values;
    const {column} = this.#rows;
    const id = values[column.id];
    if (row.id !== id) {
      row.id = id;
      row.link.href = instanceHref(id);
      setText(row.link, id);
      row.restart.setAttribute('aria-label', `Restart ${id}`);
      row.remove.setAttribute('aria-label', `Delete ${id}`);
      row.restart.title = `Restart ${id}`;
      row.remove.title = `Delete ${id}`;
    }
    setText(row.name, values[column.name] === id ? '' : values[column.name]);
    const status = values[column.status];
    row.status.dataset.status = status;
    setText(row.status, status);
    for (let i = 0; i < COLUMNS.length; i++) {
      if (i !== 0 && i !== 2) setText(row.cells[i], this.#text(COLUMNS[i], values[column[COLUMNS[i].key]]));
    }
    for (const key of ['connections', 'channels', 'in', 'out', 'mailbox', 'p99', 'restarts', 'memory']) {
      row.cells[COLUMNS.findIndex(each => each.key === key)].classList.toggle('zero', !values[column[key]]);
    }
  }

  #text({key, text}, value) {
    return key === 'node' ? text(value ?? this.#rows.here) : value === null ? DASH : text(value);
  }

  /** There is a cluster, so there is a column more. */
  showNodes() {
    this.element.classList.add('clustered');
    for (const row of this.#pool) row.values = null;
  }

  /** Up and down go from one instance to the next, beyond what is in sight too. */
  #onKey(event) {
    const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
    const at = this.#pool.find(row => row.element.contains(document.activeElement));
    if (!step || !at && document.activeElement !== this.body) return;
    event.preventDefault();
    const first = Math.ceil(this.body.scrollTop / this.#rowHeight);
    const index = Math.min(this.#view.length - 1, Math.max(0, at ? at.index + step : first));
    const top = index * this.#rowHeight;
    if (top < this.body.scrollTop) this.body.scrollTop = top;
    else if (top + this.#rowHeight > this.body.scrollTop + this.height) this.body.scrollTop = top + this.#rowHeight - this.height;
    this.#draw();
    this.#pool.find(row => row.index === index)?.link.focus({preventScroll: true});
  }

  close() {
    this.observer.disconnect();
  }
}
