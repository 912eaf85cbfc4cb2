import {h, setText} from './dom.js';

/** Children shown of one object or array until more are asked for. */
const STEP = 100;

/** JSON as a tree of <details>; an update keeps what is open, and touches only what differs. */
export class Tree {
  #root = null;

  constructor(label) {
    this.element = h('div', {class: 'tree', role: 'group', 'aria-label': label});
  }

  show(value) {
    if (!this.#root?.fits(value)) {
      this.#root = node(null, value, true);
      this.element.replaceChildren(this.#root.element);
    }
    this.#root.update(value);
  }
}

const isBranch = value => value !== null && typeof value === 'object';

const node = (key, value, opened) => isBranch(value) ? new Branch(key, value, opened) : new Leaf(key);

const keyOf = key => key === null ? null : h('span', {class: 'key'}, String(key), ': ');

class Leaf {
  constructor(key) {
    this.text = h('span');
    this.element = h('div', {class: 'leaf'}, keyOf(key), this.text);
  }

  fits(value) {
    return !isBranch(value);
  }

  update(value) {
    this.text.className = value === null ? 'null' : typeof value;
    setText(this.text, JSON.stringify(value));
  }
}

class Branch {
  #children = new Map();
  #limit = STEP;
  #value;

  constructor(key, value, opened) {
    this.array = Array.isArray(value);
    this.summary = h('span', {class: 'size'});
    this.list = h('div', {class: 'children'});
    this.more = h('button', {class: 'quiet', hidden: true, onclick: () => { this.#limit += STEP; this.#draw(); }});
    this.element = h('details', {open: opened, ontoggle: () => this.#draw()}, h('summary', {}, keyOf(key), this.summary), this.list, this.more);
  }

  fits(value) {
    return isBranch(value) && Array.isArray(value) === this.array;
  }

  update(value) {
    this.#value = value;
    const size = Object.keys(value).length;
    setText(this.summary, this.array ? `[${size}]` : `{${size}}`);
    if (this.element.open) this.#draw();
  }

  #draw() {
    if (!this.element.open) return;
    const keys = Object.keys(this.#value);
    const shown = keys.slice(0, this.#limit);
    const wanted = new Set(shown);
    for (const [key, child] of this.#children) {
      if (!wanted.has(key) || !child.fits(this.#value[key])) {
        child.element.remove();
        this.#children.delete(key);
      }
    }
    shown.forEach((key, index) => {
      const value = this.#value[key];
      let child = this.#children.get(key);
      if (!child) {
        child = node(key, value, false);
        this.#children.set(key, child);
        this.list.insertBefore(child.element, this.list.children[index] ?? null);
      } else if (this.list.children[index] !== child.element) {
        this.list.insertBefore(child.element, this.list.children[index]);
      }
      child.update(value);
    });
    this.more.hidden = keys.length <= this.#limit;
    setText(this.more, `${keys.length - shown.length} more`);
  }
}
