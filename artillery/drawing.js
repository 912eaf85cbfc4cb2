'use strict';

const { fault, scenario } = require('./frames');
const { instance } = require('./server');

const SIZE = 10000;

/** A stroke of a user after this many parts of two points each, which a reader can compute too. */
function stroke(key, parts) {
  const seed = [...key].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % SIZE, 7);
  return { color: 'green', width: 3, points: Array.from({ length: 4 * parts }, (_, i) => (seed * (i + 1)) % SIZE) };
}

/** Fails unless the value is this stroke after some of its parts. */
function check(key, value) {
  if (JSON.stringify(value) !== JSON.stringify(stroke(key, value.points.length / 4))) throw fault('changed', `${key} is ${JSON.stringify(value)}`);
}

/** A user who draws strokes that grow, as the page /demo/draw does, and in the end compares its picture with the server's. */
const draw = scenario(async (link, { room, user, strokes, parts, pause_ms: pause }) => {
  const drawn = new Map();
  const inform = (key, value) => {
    check(key, value);
    const due = drawn.get(`${key} ${value.points.length}`);
    if (due) link.events.emit('histogram', 'mycelium.delivery_ms', performance.now() - due);
  };
  const board = await link.join(room, { inform });
  await link.pace(strokes * parts, pause, async (n, due) => {
    const key = `${user}-${Math.ceil(n / parts)}`;
    const value = stroke(key, ((n - 1) % parts) + 1);
    drawn.set(`${key} ${value.points.length}`, due);
    const seq = await board.push({ [key]: value }, due);
    await board.until(`change ${seq}`, () => board.seq >= seq);
  });
  const again = await link.join(room, { inform });
  compare(board, again.joined, `${user}-`, strokes);
});

/** The picture that the changes made must be the one that a new join gets, with all that the user drew. */
function compare(mine, theirs, prefix, strokes) {
  if (mine.seq !== theirs.seq) throw fault('gap', `the last change was ${mine.seq}, and the state is of ${theirs.seq}`);
  const sorted = ({ state }) => JSON.stringify(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (sorted(mine) !== sorted(theirs)) throw fault('differs', `at ${mine.seq} the picture is not the server's`);
  const own = Object.keys(theirs.state).filter((key) => key.startsWith(prefix)).length;
  if (own !== strokes) throw fault('lost', `${own} strokes of ${prefix} are there, expected ${strokes}`);
}

module.exports = { ...instance({ type: 'shared', config: { open: true }, rooms: { board: {} } }), draw };
