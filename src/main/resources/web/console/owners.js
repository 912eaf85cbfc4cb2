import {moveInstance, pause} from './cluster.js';
import {badge, count, h, instanceHref, pageLink, setText} from './dom.js';
import {rest} from './rest.js';

const SHOWN = 20;

/** Which node runs which instance: the first few that match. */
export class Owners {
  #names;
  #go;
  #moved;
  #asked = 0;

  /** @param moved called once an instance was moved */
  constructor(names, go, moved) {
    this.#names = names;
    this.#go = go;
    this.#moved = moved;
    this.search = h('input', {type: 'search', 'aria-label': 'Filter by name', placeholder: 'Filter by name', autocomplete: 'off', spellcheck: 'false', oninput: () => this.look()});
    this.rows = h('tbody');
    this.note = h('p', {class: 'hint'});
    this.said = h('p', {class: 'hint', role: 'status'});
    this.error = h('p', {class: 'error', role: 'alert'});
    this.element = h('section', {class: 'card'},
      h('div', {class: 'toolbar'}, h('h2', {}, 'Who runs what'), h('div', {class: 'tools'}, this.search)),
      this.error, this.said,
      h('div', {class: 'owners', role: 'group', tabindex: 0, 'aria-label': 'Who runs what'}, h('table', {},
        h('thead', {}, h('tr', {}, ['Instance', 'Status', 'Node', 'Connections'].map((name, i) => h('th', {scope: 'col', class: i === 3 && 'number wide'}, name)),
          h('th', {}, h('span', {class: 'hidden'}, 'Actions')))), this.rows)),
      this.note);
  }

  /** The last one asked counts. */
  async look() {
    const asked = ++this.#asked;
    const words = this.search.value.trim();
    try {
      const {items, next} = await rest('GET', `/instances?limit=${SHOWN}${words ? `&name=${encodeURIComponent(words)}` : ''}`);
      if (asked !== this.#asked) return;
      this.error.replaceChildren();
      this.#show(items, next);
    } catch (problem) {
      if (asked === this.#asked) this.error.replaceChildren(problem.message);
    }
  }

  #show(items, next) {
    const focused = this.rows.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.rows.replaceChildren(...items.map(item => this.#row(item)));
    if (focused) this.rows.querySelector(`[data-key=${CSS.escape(focused)}]`)?.focus({preventScroll: true});
    setText(this.note, next ? `The first ${SHOWN}; filter to find others.` : items.length ? '' : 'No instance matches.');
  }

  #row({id, status, node, connections}) {
    const link = pageLink(this.#go, instanceHref(id), id, {'data-key': `open-${id}`});
    const move = () => moveInstance(id, node, (result, names) => this.#tell(result, names));
    return h('tr', {}, h('td', {}, link), h('td', {}, badge(status)), h('td', {title: node}, node ? this.#names.of(node) : '–'),
      h('td', {class: 'number wide'}, count(connections)),
      h('td', {class: 'actions'}, node && h('button', {class: 'quiet', 'data-key': `move-${id}`, 'aria-label': `Move ${id}`, onclick: move}, 'Move')));
  }

  #tell({id, to, ms}, names) {
    setText(this.said, `${id} runs on ${names.of(to)} now; it paused for ${pause(ms)}.`);
    this.look();
    this.#moved();
  }

  close() {
    this.#asked++;
  }
}
