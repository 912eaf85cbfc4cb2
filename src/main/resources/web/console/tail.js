import {clock, h} from './dom.js';

const KEPT = 200;
const SHOWN = 400;

const short = value => {
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
};

/** The room's messages as they come, newest last; it follows them unless somebody scrolled up. */
export class Tail {
  /** Sequence of the newest message that is shown. */
  last = 0;

  constructor() {
    this.list = h('ol');
    this.element = h('div', {class: 'tail', role: 'log', tabindex: 0, 'aria-label': 'Messages', 'aria-live': 'off'}, this.list);
  }

  clear() {
    this.last = 0;
    this.list.replaceChildren();
  }

  /** An entry as REST has it. */
  entry({seq, at, event, user, payload}) {
    this.#add({seq, at, event: event === 'push' ? null : event, user, text: short(payload)});
  }

  /** A delivery as clients get it; of an appended message, its user and payload. */
  message({event, seq, bytes, json}) {
    if (json === null) {
      this.#add({seq, at: Date.now(), event, text: `${bytes} bytes`});
      return;
    }
    const state = event === 'msg' ? json.data?.state : null;
    const entries = state && typeof state === 'object' ? Object.entries(state) : [];
    const appended = entries.filter(([key, value]) => /^\d+$/.test(key) && value?.user);
    if (appended.length && appended.length === entries.length) {
      for (const [key, value] of appended) this.#add({seq: Number(key), at: value.at, user: value.user.id, text: short(value.payload)});
    } else {
      this.#add({seq: seq || null, at: Date.now(), event: event === 'msg' ? null : event, text: short(event === 'msg' ? state : json)});
    }
  }

  note(text) {
    this.#append(h('li', {class: 'note'}, text));
  }

  #add({seq, at, event, user, text}) {
    if (seq > this.last) this.last = seq;
    this.#append(h('li', {},
      h('time', {}, clock(at)),
      h('span', {class: 'seq'}, seq ? `#${seq}` : ''),
      event && h('span', {class: 'event'}, event),
      user && h('b', {}, user),
      h('code', {}, text)));
  }

  #append(item) {
    const box = this.element;
    const follows = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
    this.list.append(item);
    while (this.list.childElementCount > KEPT) this.list.firstElementChild.remove();
    if (follows) box.scrollTop = box.scrollHeight;
  }
}
