// A collaborative room: each user's latest place; it goes when they leave. The instance gathers changes for 50 ms (patch_interval).
import {byId, hue, make, open, people, user} from '/demo/demo.js';

const EVERY_MS = 50, BEHIND_MS = 120, SPEED = 0.6;
const field = byId('field');
const room = (await open('move')).join('lobby');
const others = new Map();
const me = {x: 0.2 + 0.6 * Math.random(), y: 0.2 + 0.6 * Math.random(), element: dot(user)};
me.element.className = 'me';

room.on('state', ({data}) => { for (const id of [...others.keys()]) remove(id); place(data.state); });
room.on('msg', ({data}) => place(data.state));
room.on('status', status => { if (status === 'joined') sent = undefined; });
people(room, byId('people'));

// Each place that comes is kept with its time: between two of them is where a frame shows a user, a moment behind.
function place(state) {
  for (const [id, entry] of Object.entries(state)) {
    if (!entry) remove(id);
    if (!entry || id === user) continue;
    if (!others.has(id)) others.set(id, {element: dot(id), places: []});
    others.get(id).places.push({...entry.payload, at: performance.now()});
  }
}

function remove(id) {
  others.get(id)?.element.remove();
  others.delete(id);
}

function dot(id) {
  const mark = make('i', {});
  mark.style.background = `hsl(${hue(id)} 55% 48%)`;
  const element = make('div', {}, mark, make('span', {textContent: id}));
  element.dataset.user = id;
  field.append(element);
  return element;
}

/** Where the places say that a user was at a time; those that are no longer needed are dropped. */
function between(places, time) {
  while (places.length > 1 && places[1].at <= time) places.shift();
  const [from, to] = places;
  if (!to || time <= from.at) return from;
  // A user who stood still sent nothing: the way to the next place took no longer than one interval.
  const began = Math.max(from.at, to.at - 2 * EVERY_MS);
  const part = Math.max(0, (time - began) / (to.at - began));
  return {x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part};
}

let goal, sent, sentAt = 0, last = performance.now();
const keys = new Set();

function frame(now) {
  const way = SPEED * Math.min(100, now - last) / 1000;
  last = now;
  const right = keys.has('ArrowRight') - keys.has('ArrowLeft'), down = keys.has('ArrowDown') - keys.has('ArrowUp');
  if (right || down) {
    goal = undefined;
    me.x = Math.min(1, Math.max(0, me.x + right * way));
    me.y = Math.min(1, Math.max(0, me.y + down * way));
  } else if (goal) {
    me.x += (goal.x - me.x) * 0.35;
    me.y += (goal.y - me.y) * 0.35;
  }
  show(me.element, me);
  for (const {element, places} of others.values()) show(element, between(places, now - BEHIND_MS));
  const here = `${me.x.toFixed(4)} ${me.y.toFixed(4)}`;
  if (here !== sent && now - sentAt >= EVERY_MS && room.status === 'joined') {
    [sent, sentAt] = [here, now];
    const [x, y] = here.split(' ').map(Number);
    room.push({x, y}).catch(() => {});
  }
  requestAnimationFrame(frame);
}

let {width, height} = field.getBoundingClientRect();
new ResizeObserver(() => ({width, height} = field.getBoundingClientRect())).observe(field);
const show = (element, {x, y}) => { element.style.transform = `translate(${x * width}px, ${y * height}px)`; };

const point = ({clientX, clientY}) => {
  const {left, top} = field.getBoundingClientRect();
  goal = {x: Math.min(1, Math.max(0, (clientX - left) / width)), y: Math.min(1, Math.max(0, (clientY - top) / height))};
};
field.addEventListener('pointermove', point);
field.addEventListener('pointerdown', point);
field.addEventListener('keydown', event => { if (event.key.startsWith('Arrow')) { event.preventDefault(); keys.add(event.key); } });
field.addEventListener('keyup', event => keys.delete(event.key));
field.addEventListener('blur', () => keys.clear());
requestAnimationFrame(frame);
