// A shared room, open to new keys: each stroke is a key, so two who draw at once never overwrite each other.
import {byId, make, open, people, user} from '/demo/demo.js';

const EVERY_MS = 50, MAX_POINTS = 200, SIZE = 10_000;
const colors = {black: '#16201a', red: '#c8372d', orange: '#e08a1e', green: '#2f8f57', blue: '#2a6fb8', violet: '#7a4fb5'};
const canvas = byId('canvas'), pen = byId('pen'), context = canvas.getContext('2d');
const board = (await open('draw')).join('board');
let strokes = {}, page = 0;

// All of the picture for whoever comes late; then only what changed.
board.on('state', ({data}) => { strokes = data.state; redraw(); });
board.on('msg', ({data}) => { Object.assign(strokes, data.state); redraw(); });
people(board, byId('people'));

// Clearing empties each key, and turns to a new page for what others are drawing at this moment.
byId('clear').addEventListener('click', () => {
  const empty = Object.fromEntries(Object.keys(strokes).map(stroke => [stroke, null]));
  board.push({...empty, page: page + 1}).catch(() => {});
});

// However many changes come, the picture is drawn once a frame.
let asked = false;
function redraw() {
  if (!asked) requestAnimationFrame(drawAll);
  asked = true;
}

function drawAll() {
  asked = false;
  page = strokes.page ?? 0;
  const {width, height} = canvas.getBoundingClientRect();
  canvas.width = width * devicePixelRatio;
  canvas.height = height * devicePixelRatio;
  for (const key of Object.keys(strokes).sort()) draw(key);
}

function draw(key) {
  const stroke = strokes[key];
  if (!stroke?.points || stroke.page !== page) return;
  const {color, width, points} = stroke;
  Object.assign(context, {strokeStyle: color, lineWidth: width * devicePixelRatio, lineCap: 'round', lineJoin: 'round'});
  const at = i => [points[i] / SIZE * canvas.width, points[i + 1] / SIZE * canvas.height];
  context.beginPath();
  context.moveTo(...at(0));
  // Through the middles between the points, which rounds the corners.
  for (let i = 2; i + 2 < points.length; i += 2) {
    const [x, y] = at(i), [nextX, nextY] = at(i + 2);
    context.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  context.lineTo(...at(points.length - 2));
  context.stroke();
}

// The stroke that is being drawn: shown at once, sent as it grows, at most every 50 ms, and in parts so that no push gets long.
let key, timer;
const send = () => { clearTimeout(timer); timer = undefined; if (strokes[key]) board.push({[key]: strokes[key]}).catch(() => {}); };

function start(...point) {
  key = `${Date.now().toString(36)}-${user}`;
  strokes[key] = {page, color: document.querySelector('[name=color]:checked').value, width: Number(byId('width').value), points: point};
  extend(...point);
}

function extend(...point) {
  if (!strokes[key]) return;
  const {points} = strokes[key];
  points.push(...point);
  redraw();
  if (points.length >= 2 * MAX_POINTS) { send(); start(...point); } else timer ??= setTimeout(send, EVERY_MS);
}

function end() { send(); key = undefined; }

const place = ({clientX, clientY}) => {
  const {left, top, width, height} = canvas.getBoundingClientRect();
  return [Math.round((clientX - left) / width * SIZE), Math.round((clientY - top) / height * SIZE)];
};
canvas.addEventListener('pointerdown', event => { canvas.setPointerCapture(event.pointerId); start(...place(event)); });
canvas.addEventListener('pointermove', event => { if (key && event.buttons) for (const e of event.getCoalescedEvents?.() ?? [event]) extend(...place(e)); });
for (const event of ['pointerup', 'pointercancel']) canvas.addEventListener(event, end);

const steps = {ArrowLeft: [-200, 0], ArrowRight: [200, 0], ArrowUp: [0, -200], ArrowDown: [0, 200]};
const tip = [SIZE / 2, SIZE / 2];
canvas.addEventListener('keydown', event => {
  const step = steps[event.key];
  if (!step && event.key !== ' ') return;
  event.preventDefault();
  if (step) {
    step.forEach((by, i) => { tip[i] = Math.min(SIZE, Math.max(0, tip[i] + by)); });
    if (key) extend(...tip);
  } else if (key) end(); else start(...tip);
  pen.hidden = false;
  pen.className = key ? 'down' : '';
  Object.assign(pen.style, {left: `${tip[0] / SIZE * 100}%`, top: `${tip[1] / SIZE * 100}%`});
});
canvas.addEventListener('blur', () => { if (key) end(); pen.hidden = true; });

byId('colors').append(...Object.entries(colors).map(([name, value], i) => {
  const choice = make('input', {type: 'radio', name: 'color', value, checked: i === 0, ariaLabel: name});
  choice.style.background = value;
  return choice;
}));
new ResizeObserver(redraw).observe(canvas);
