// An accumulative room: its state is the last messages by number, a msg is the new one, and history has all the rest.
import {byId, hue, make, open, people, user} from '/demo/demo.js';

const socket = await open('chat');
const scroll = byId('scroll'), messages = byId('messages'), pending = byId('pending'), earlier = byId('earlier');
let room;

// The lobby, which every instance has, tells which rooms there are, again whenever that changes.
socket.join('lobby').on('rooms', ({data}) => {
  byId('rooms').replaceChildren(...data.filter(name => name !== 'lobby').map(name => {
    const link = make('a', {href: `#${encodeURIComponent(name)}`, textContent: name});
    return make('li', {}, link);
  }));
  markRoom();
});

function enter() {
  const name = decodeURIComponent(location.hash.slice(1)) || 'general';
  if (room?.name === name) return;
  room?.leave();
  messages.replaceChildren();
  pending.replaceChildren();
  earlier.hidden = true;
  byId('people').replaceChildren();
  byId('room').textContent = name;
  room = socket.join(name);
  // After a reconnect only what was missed comes, as msg; a state comes first of all, or where the history was lost.
  room.on('state', ({data}) => { messages.replaceChildren(); add(data.state); scroll.scrollTop = scroll.scrollHeight; });
  room.on('msg', ({data}) => add(data.state));
  room.on('status', (status, error) => { if (status === 'left' && error.reason !== 'left') say(error.message); });
  people(room, byId('people'));
  markRoom();
}

function markRoom() {
  for (const link of byId('rooms').querySelectorAll('a')) {
    if (link.textContent === room?.name) link.setAttribute('aria-current', 'page'); else link.removeAttribute('aria-current');
  }
}

const line = (who, text, at) => {
  const face = make('i', {textContent: [...who][0], ariaHidden: true}), name = make('b', {textContent: who});
  face.style.background = `hsl(${hue(who)} 60% 32%)`;
  name.style.color = `light-dark(hsl(${hue(who)} 60% 30%), hsl(${hue(who)} 55% 75%))`;
  const time = at && make('time', {dateTime: new Date(at).toISOString(), textContent: new Date(at).toLocaleTimeString([], {timeStyle: 'short'})});
  return make('li', {}, face, name, time ?? '', make('p', {textContent: text}));
};

/** Entries by number; each has its place, whatever comes first. */
function add(entries) {
  const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
  for (const [seq, {user: from, payload, at}] of Object.entries(entries)) {
    const item = line(from?.id ?? 'server', payload?.text ?? JSON.stringify(payload), at);
    item.value = seq;
    const next = [...messages.children].reverse().findLast(other => other.value > seq);
    messages.insertBefore(item, next ?? null);
  }
  earlier.hidden = !(messages.firstElementChild?.value > 1);
  if (atEnd) scroll.scrollTop = scroll.scrollHeight;
}

/** A page of history above what is shown, which stays where it is on the screen. */
earlier.addEventListener('click', async () => {
  const asked = room;
  earlier.disabled = true;
  try {
    const {entries, more} = await room.history({before: messages.firstElementChild.value, limit: 50});
    if (asked !== room) return;
    const fromEnd = scroll.scrollHeight - scroll.scrollTop;
    add(Object.fromEntries(entries.map(({seq, at, user: id, payload}) => [seq, {user: {id}, payload, at}])));
    earlier.hidden = !more;
    scroll.scrollTop = scroll.scrollHeight - fromEnd;
  } catch (error) {
    if (asked === room) say(`Earlier messages did not come: ${error.message}`);
  } finally {
    earlier.disabled = false;
  }
});
scroll.addEventListener('scroll', () => { if (scroll.scrollTop === 0 && !earlier.hidden && !earlier.disabled) earlier.click(); });

const say = text => pending.append(make('li', {}, make('p', {textContent: text})));

byId('say').addEventListener('submit', async event => {
  event.preventDefault();
  const input = event.target.elements.text, text = input.value;
  input.value = '';
  const waiting = line(user, text);
  pending.append(waiting);
  scroll.scrollTop = scroll.scrollHeight;
  try {
    // Once acknowledged it is in the room's history, exactly once, however often the connection was lost on the way.
    await room.pushOnce({text});
    waiting.remove();
  } catch (error) {
    waiting.append(make('p', {className: 'error', textContent: `Not sent: ${error.message}`}));
  }
});

addEventListener('hashchange', enter);
enter();
