// clients/js/mycelium.js and the official phoenix client on connections that stop to read for a while, in rooms that do not close such ones.
// MyceliumClientTest starts the node and gives its address in MYCELIUM_URL.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Socket} from 'phoenix';
import WebSocket from 'ws';
import {connect} from '../../../clients/js/mycelium.js';
import {next, within} from './testing.mjs';

const url = process.env.MYCELIUM_URL;
const MESSAGES = 900, TEXT = 'x'.repeat(32 << 10);

// A socket class that remembers its only socket, so that a test can stop to read it.
function pausable() {
  return class extends WebSocket {
    static socket;
    constructor(...values) { super(...values); this.constructor.socket = this; }
  };
}

function open(t, room) {
  const Slow = pausable();
  const slow = connect(`${url}/socket/slow`, {WebSocket: Slow, params: {userId: 'slow'}, heartbeat: 120_000});
  const fast = connect(`${url}/socket/slow`, {WebSocket, params: {userId: 'fast'}});
  t.after(() => { slow.close(); fast.close(); });
  return {Slow, slow: slow.join(room), fast: fast.join(room)};
}

// The room's last entry came, in a message or with the state: on a busy machine the others are behind at times, too.
const newest = (what, room) => within(what, new Promise(resolve => {
  for (const event of ['msg', 'state']) room.on(event, ({seq}) => { if (seq === MESSAGES) resolve(); });
}));

// The others go on while one does not read.
async function flood({Slow, slow, fast}, payload) {
  await within('the joins', Promise.all([slow.joined, fast.joined]));
  if (!slow.position) await next(slow, 'state');
  Slow.socket.pause();
  const last = newest('the last message', fast);
  await within('the pushes', Promise.all(Array.from({length: MESSAGES}, (_, i) => fast.push(payload(i)))));
  await last;
  Slow.socket.resume();
}

const bytes = message => JSON.stringify(message).length;

test('a view that conflates converges to the state of the room', async t => {
  const both = open(t, 'board');
  const {slow, fast} = both;
  const views = new Map([[slow, {}], [fast, {}]]);
  let read = 0, states = 0, rejoins = 0;
  for (const [room, view] of views) {
    room.on('state', ({data}) => { for (const key of Object.keys(view)) delete view[key]; Object.assign(view, data.state); });
    room.on('msg', ({data}) => Object.assign(view, data.state));
  }
  slow.on('state', message => { states++; read += bytes(message); });
  slow.on('msg', message => { read += bytes(message); });
  slow.on('status', () => rejoins++);
  const Slow = pausable();
  const socket = new Socket(`${url}/socket/slow`, {transport: Slow, params: {userId: 'stock'}, heartbeatIntervalMs: 120_000});
  t.after(() => socket.disconnect());
  socket.connect();
  const channel = socket.channel('board');
  const stock = {};
  let stockSeq;
  channel.on('state', ({data, seq}) => { Object.assign(stock, data.state); stockSeq = seq; });
  channel.on('msg', ({data, seq}) => { Object.assign(stock, data.state); stockSeq = seq; });
  await within('the join of phoenix', new Promise(resolve => channel.join().receive('ok', resolve)));
  Slow.socket.pause();
  await flood(both, i => ({[`k${i % 5}`]: TEXT + i}));
  if (slow.position.seq < MESSAGES) await newest('the newest', slow);
  assert.deepEqual(views.get(slow), views.get(fast));
  assert.ok(read < MESSAGES * TEXT.length * 0.75, `${read} bytes were read`);
  assert.equal(rejoins, 1);
  t.diagnostic(`${read} bytes in place of ${MESSAGES * TEXT.length}, ${states} states`);
  Slow.socket.resume();
  if (stockSeq !== MESSAGES) await newest('the newest with phoenix', channel);
  assert.deepEqual(stock, views.get(fast));
});

test('of a room that drops, the newest arrive and the rest is told', async t => {
  const both = open(t, 'feed');
  const {slow} = both;
  const seen = [];
  let rejoins = 0;
  slow.on('msg', ({data}) => seen.push(...Object.keys(data.state).map(Number)));
  slow.on('dropped', ({from, to}) => { for (let seq = from; seq <= to; seq++) seen.push(-seq); });
  slow.on('status', () => rejoins++);
  await flood(both, i => TEXT + i);
  if (slow.position.seq < MESSAGES) await newest('the newest', slow);
  assert.deepEqual(seen.map(Math.abs), Array.from({length: MESSAGES}, (_, i) => i + 1));
  const dropped = seen.filter(seq => seq < 0).length;
  assert.ok(dropped > 0 && seen.at(-1) === MESSAGES, `${dropped} were dropped`);
  assert.equal(rejoins, 1);
  t.diagnostic(`${dropped} of ${MESSAGES} dropped`);
});
