import {moveInstance, pause} from './cluster.js';
import {badge, bytes, count, counted, h, micros, setText, since, tile} from './dom.js';
import {confirmDelete, confirmRestart} from './dialogs.js';
import {Elsewhere} from './elsewhere.js';
import {instancePath, rest, roomPath} from './rest.js';
import {Tail} from './tail.js';
import {Tree} from './tree.js';

const HISTORY = 20;
const MEMBERS = 200;

/** The page of one instance. */
export function instancePage(feed, id, go) {
  const tiles = Object.fromEntries(['Connections', 'Channels', 'In/s', 'Out/s', 'Mailbox', 'Handler p99', 'Restarts', 'Memory'].map(name => [name, tile(name)]));
  const status = badge('…');
  const about = h('p', {class: 'count'});
  const elsewhere = new Elsewhere(id, showFigures);
  const place = h('p', {class: 'count'});
  const moved = h('p', {class: 'hint', role: 'status'});
  const move = h('button', {hidden: true, onclick: () => moveInstance(id, elsewhere.node, tellMoved)}, 'Move');
  const error = h('p', {class: 'error', role: 'alert'});
  const rooms = h('div', {class: 'rooms', role: 'group', 'aria-label': 'Rooms'});
  const state = new Tree('State');
  const stateNote = h('p', {class: 'hint'});
  const members = h('ul', {class: 'members', tabindex: 0, 'aria-label': 'Members'});
  const membersNote = h('p', {class: 'hint'});
  const tail = new Tail();
  const config = new Tree('Config');
  const restarts = h('tbody');
  const noRestarts = h('p', {class: 'hint'}, 'None since the instance was created.');
  const user = h('input', {id: 'send-user', value: 'console', autocomplete: 'off', maxlength: 128});
  const payload = h('input', {id: 'send-payload', autocomplete: 'off', spellcheck: 'false', value: '{"text": "Hello"}'});
  const sendError = h('p', {class: 'error', role: 'alert'});
  let room = null;
  let known = '';
  let closed = false;
  let missing = false;

  async function load() {
    try {
      const instance = await rest('GET', instancePath(id));
      if (closed) return;
      error.replaceChildren();
      const name = instance.name === id ? '' : `${instance.name}, `;
      setText(about, `${name}${instance.type}, generation ${instance.generation ?? '–'}, created ${since(Date.parse(instance.createdAt))} ago`);
      config.show({...instance.config, socket: instance.socket});
      offerRooms(instance.rooms ?? {});
      await elsewhere.learn(instance);
      if (closed) return;
      showPlace();
      const {items} = await rest('GET', `${instancePath(id)}/restarts`);
      showRestarts(items);
    } catch (problem) {
      if (!closed) error.replaceChildren(problem.message);
    }
  }

  function offerRooms(all) {
    const names = Object.keys(all).sort((a, b) => (a === 'lobby') - (b === 'lobby') || (a < b ? -1 : 1));
    rooms.replaceChildren(...names.map(name => h('button', {
      'aria-pressed': String(name === room), onclick: () => observe(name),
    }, name, h('small', {}, all[name].type ?? ''))));
    if (names.length && !names.includes(room)) observe(names[0]);
  }

  async function observe(name) {
    room = name;
    for (const button of rooms.children) button.setAttribute('aria-pressed', String(button.firstChild.textContent === name));
    tail.clear();
    feed.observe({instance: id, room});
    try {
      const {seq} = await rest('GET', roomPath(id, name));
      const {entries} = await rest('GET', `${roomPath(id, name)}/entries?after=${Math.max(0, seq - HISTORY)}&limit=${HISTORY}`);
      if (room === name && !tail.list.childElementCount) entries.forEach(entry => tail.entry(entry));
    } catch (problem) {
      tail.note(problem.message);
    }
  }

  function showRestarts(items) {
    noRestarts.hidden = items.length > 0;
    restarts.parentElement.hidden = items.length === 0;
    restarts.replaceChildren(...items.map(({at, generation, outcome, error: cause, where}) => h('tr', {},
      h('td', {}, h('time', {datetime: at, title: at}, new Date(at).toLocaleString('en-GB'))),
      h('td', {class: 'number'}, String(generation)),
      h('td', {}, badge(outcome)),
      h('td', {class: 'cause'}, cause ? h('code', {}, cause) : '–', where && h('small', {}, `at ${where}`)))));
  }

  function showPlace() {
    move.hidden = !elsewhere.node;
    setText(place, elsewhere.node ? `on ${elsewhere.name}` : '');
    place.title = elsewhere.node ?? '';
    showRow();
  }

  function tellMoved({from, to, ms}, names) {
    setText(moved, `Moved from ${names.of(from)} to ${names.of(to)}: it paused for ${pause(ms)}.`);
    load();
  }

  function showRow() {
    const row = feed.rows.get(id);
    elsewhere.look(!row && feed.loaded);
    if (row) showFigures(key => row[feed.column[key]]);
    else if (!elsewhere.node) showStatus(feed.loaded ? 'gone' : '');
  }

  function showStatus(text) {
    status.dataset.status = text;
    setText(status, text || '…');
  }

  function showFigures(value) {
    showStatus(value('status'));
    for (const [name, key] of [['Connections', 'connections'], ['Channels', 'channels'], ['In/s', 'in'], ['Out/s', 'out'], ['Mailbox', 'mailbox'], ['Restarts', 'restarts']]) tiles[name].set(count(value(key)));
    tiles['Handler p99'].set(value('p99') ? micros(value('p99')) : '–');
    tiles.Memory.set(value('memory') == null ? '–' : `≈ ${bytes(value('memory'))}`);
    const seen = `${value('status')} ${value('restarts')} ${value('node') ?? ''}`;
    if (known !== seen) {
      known = seen;
      load();
    }
  }

  /** Of an instance on another node messages may not come by here: a second later they are read. */
  async function catchUp(seq) {
    const missed = missing && seq > tail.last;
    missing = seq > tail.last;
    if (!missed) return;
    const name = room;
    const after = Math.max(tail.last, seq - HISTORY);
    const {entries} = await rest('GET', `${roomPath(id, name)}/entries?after=${after}&limit=${HISTORY}`).catch(() => ({entries: []}));
    if (room === name) entries.filter(entry => entry.seq > tail.last).forEach(entry => tail.entry(entry));
  }

  function showRoom(observed) {
    if (observed.room !== room) return;
    if (elsewhere.node) catchUp(observed.seq);
    error.replaceChildren();
    setText(stateNote, observed.state
      ? `${observed.type}, sequence ${count(observed.seq)}, epoch ${observed.epoch}, ${bytes(observed.stateBytes)} as JSON`
      : `${bytes(observed.stateBytes)} as JSON: too large to show here`);
    state.element.hidden = !observed.state;
    if (observed.state) state.show(observed.state.data.state);
    const users = Object.entries(observed.presence ?? {});
    setText(membersNote, `${counted(observed.users, 'user')}, ${counted(observed.channels, 'channel')}${observed.presence ? '' : ': who they are is not tracked, or too long to show'}`);
    members.replaceChildren(...users.slice(0, MEMBERS).map(([name, {metas}]) => h('li', {},
      h('b', {}, name),
      metas.length > 1 && h('span', {class: 'badge'}, `${metas.length} channels`),
      joined(metas))));
    if (users.length > MEMBERS) members.append(h('li', {}, h('small', {}, `and ${count(users.length - MEMBERS)} more`)));
  }

  /** A client may have put something of its own there. */
  function joined(metas) {
    const times = metas.map(meta => meta.online_at).filter(Number.isFinite);
    return times.length > 0 && h('small', {}, `for ${since(Math.min(...times))}`);
  }

  async function send(event) {
    event.preventDefault();
    sendError.replaceChildren();
    try {
      let value;
      try {
        value = JSON.parse(payload.value);
      } catch {
        throw new Error(`The payload is no JSON. Put text into quotes: ${JSON.stringify(payload.value)}`);
      }
      await rest('POST', `${roomPath(id, room)}/messages`, user.value ? {payload: value, user: user.value} : {payload: value});
      payload.select();
    } catch (problem) {
      sendError.replaceChildren(problem.message);
    }
  }

  const on = {
    rows: ({detail}) => { if (detail.structure || detail.ids?.includes(id)) showRow(); },
    room: ({detail}) => showRoom(detail),
    message: ({detail}) => {
      if (detail.room !== room) return;
      if (detail.event === 'rooms') load();
      if (detail.event !== 'presence_diff') tail.message(detail);
    },
    skipped: ({detail}) => tail.note(`${count(detail)} more messages in this second`),
    refused: ({detail}) => error.replaceChildren(detail.message),
  };
  for (const [type, listener] of Object.entries(on)) feed.addEventListener(type, listener);

  return {
    title: id,
    element: h('section', {class: 'instance'},
      h('div', {class: 'toolbar'},
        h('h1', {}, id), status, about, place,
        h('div', {class: 'tools'}, move,
          h('button', {onclick: () => confirmRestart(id)}, 'Restart'),
          h('button', {class: 'danger', onclick: () => confirmDelete(id, () => go('/console'))}, 'Delete'))),
      error, moved,
      h('dl', {class: 'tiles'}, Object.values(tiles).map(each => each.element)),
      rooms,
      h('div', {class: 'columns wide'},
        h('section', {class: 'card'}, h('h2', {}, 'Messages'), tail.element,
          h('form', {class: 'send', onsubmit: send},
            h('div', {class: 'field'}, h('label', {for: 'send-user'}, 'User'), user),
            h('div', {class: 'field grow'}, h('label', {for: 'send-payload'}, 'Payload, JSON'), payload),
            h('button', {class: 'primary'}, 'Send')),
          sendError),
        h('section', {class: 'card'}, h('h2', {}, 'State'), stateNote, state.element),
        h('section', {class: 'card'}, h('h2', {}, 'Members'), membersNote, members),
        h('section', {class: 'card'}, h('h2', {}, 'Config'), config.element)),
      h('section', {class: 'card'}, h('h2', {}, 'Restarts'), noRestarts,
        h('div', {class: 'scroll', role: 'group', tabindex: 0, 'aria-label': 'Restarts'}, h('table', {hidden: true},
          h('thead', {}, h('tr', {}, ['When', 'Generation', 'Outcome', 'Error'].map((name, i) => h('th', {scope: 'col', class: i === 1 && 'number'}, name)))), restarts)))),
    opened() {
      showRow();
      if (!known) load();
    },
    close() {
      closed = true;
      elsewhere.close();
      feed.observe(null);
      for (const [type, listener] of Object.entries(on)) feed.removeEventListener(type, listener);
    },
  };
}
