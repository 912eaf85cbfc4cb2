// The official phoenix client against a running Mycelium, driven as the original demo clients do. PhoenixNpmClientTest starts
// the server, gives its address in MYCELIUM_URL, and takes wishes (restart the server, revive an instance) at MYCELIUM_CONTROL.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Presence, Socket} from 'phoenix';
import WebSocket from 'ws';

const url = process.env.MYCELIUM_URL;
const control = process.env.MYCELIUM_CONTROL;
const PATIENCE = 15_000;

// What a test waits for, or an error that names it.
function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function connect(t, instance, userId, options = {}) {
  const socket = new Socket(`${url}/socket/${instance}`, {
    transport: WebSocket, params: {userId}, reconnectAfterMs: () => 50, rejoinAfterMs: () => 50, ...options,
  });
  t.after(() => new Promise(resolve => socket.disconnect(resolve)));
  socket.connect();
  return socket;
}

const answer = push => within('a reply', new Promise((resolve, reject) => push
  .receive('ok', resolve).receive('error', e => reject(Object.assign(new Error(e.reason), e))).receive('timeout', () => reject(new Error('timeout')))));

const refusal = push => answer(push).then(ok => assert.fail(`it was answered ok: ${JSON.stringify(ok)}`), e => e);

// The next message of that event for which the test holds.
function event(channel, name, test = () => true) {
  return within(name, new Promise(resolve => {
    const ref = channel.on(name, payload => {
      if (test(payload)) { channel.off(name, ref); resolve(payload); }
    });
  }));
}

async function join(socket, room) {
  const channel = socket.channel(room, {});
  const state = event(channel, 'state');
  await answer(channel.join());
  return {channel, state: await state};
}

const wish = path => fetch(control + path).then(async r => assert.equal(r.status, 200, await r.text()));

test('a join is answered, and state and rooms follow', async t => {
  const socket = connect(t, 'chat', 'ada');
  const channel = socket.channel('lobby', {});
  const state = event(channel, 'state'), rooms = event(channel, 'rooms');
  const reply = await answer(channel.join());
  assert.equal(reply.seq, 0);
  assert.deepEqual((await state).data, {type: 'accumulative', state: {}});
  assert.deepEqual(await rooms, {data: ['general', 'joinleave', 'lobby', 'pictures', 'tabs']});
  const again = event(channel, 'rooms');
  await answer(channel.push('get_rooms', {}));
  assert.deepEqual(await again, {data: ['general', 'joinleave', 'lobby', 'pictures', 'tabs']});
});

test('a chat message is replied to, reaches everyone once and is in the state of who joins later', async t => {
  const ada = (await join(connect(t, 'chat', 'ada'), 'general')).channel;
  const bob = (await join(connect(t, 'chat', 'bob'), 'general')).channel;
  const seen = [];
  bob.on('msg', m => seen.push(m.seq));
  const atAda = event(ada, 'msg'), atBob = event(bob, 'msg');
  assert.deepEqual(await answer(ada.push('push', {text: 'hé "hi" 😀'})), {seq: 1});
  for (const message of [await atAda, await atBob]) {
    assert.equal(message.seq, 1);
    assert.equal(message.data.type, 'accumulative');
    const {user, payload, at} = message.data.state['1'];
    assert.deepEqual([user, payload], [{id: 'ada'}, {text: 'hé "hi" 😀'}]);
    assert.ok(Math.abs(Date.now() - at) < 60_000);
  }
  const third = event(bob, 'msg', m => m.seq === 3);
  ada.push('push', {text: 'two'});
  ada.push('push', {text: 'three'});
  await third;
  assert.deepEqual(seen, [1, 2, 3]);
  const {state} = await join(connect(t, 'chat', 'eve'), 'general');
  assert.deepEqual(Object.keys(state.data.state), ['1', '2', '3']);
  assert.equal(state.seq, 3);
});

test('a drawing board sets declared keys and refuses others by name', async t => {
  const {channel: ada, state} = await join(connect(t, 'draw', 'ada'), 'lobby');
  assert.deepEqual(state.data, {type: 'shared', state: {color: 'black', line: null}});
  const bob = (await join(connect(t, 'draw', 'bob'), 'lobby')).channel;
  const message = event(bob, 'msg');
  await answer(ada.push('push', {color: 'red'}));
  assert.deepEqual((await message).data, {type: 'shared', state: {color: 'red'}});
  const refused = await refusal(ada.push('push', {colour: 'red'}));
  assert.equal(refused.reason, 'undeclared_key');
  assert.match(refused.message, /colour.*\[color, line\]/);
  const later = await join(connect(t, 'draw', 'eve'), 'lobby');
  assert.deepEqual(later.state.data.state, {color: 'red', line: null});
});

test('in a game each user has the latest position and it goes with the user', async t => {
  const ada = (await join(connect(t, 'move', 'ada'), 'lobby')).channel;
  const bob = (await join(connect(t, 'move', 'bob'), 'lobby')).channel;
  const message = event(ada, 'msg', m => m.data.state.bob);
  await answer(bob.push('push', {x: 1, y: 2}));
  assert.deepEqual((await message).data, {type: 'collaborative', state: {bob: {user: 'bob', payload: {x: 1, y: 2}}}});
  const gone = event(ada, 'msg', m => m.data.state.bob === null);
  bob.leave();
  await gone;
  const {state} = await join(connect(t, 'move', 'eve'), 'lobby');
  assert.deepEqual(state.data.state, {});
});

test('errors have a reason, and the socket lives on', async t => {
  const socket = connect(t, 'chat', 'ada');
  const nowhere = socket.channel('nowhere', {});
  const refused = await refusal(nowhere.join());
  assert.equal(refused.reason, 'unknown_room');
  nowhere.leave();
  const {channel} = await join(socket, 'general');
  assert.equal((await refusal(channel.push('dance', {}))).reason, 'unknown_event');
  assert.equal(typeof (await answer(channel.push('push', 'still here'))).seq, 'number');
});

test('presence lists users, counts two tabs of one user as one, and tells who comes and goes', async t => {
  const ada = socketOf('ada'), tab1 = socketOf('bob'), tab2 = socketOf('bob');
  function socketOf(user) { return connect(t, 'chat', user); }
  const channel = ada.channel('tabs', {});
  const presence = new Presence(channel);
  const log = [];
  presence.onJoin((id, before) => log.push(`join ${id} ${before ? before.metas.length : 0}`));
  presence.onLeave((id, now) => log.push(`leave ${id} ${now.metas.length}`));
  const until = (what, test) => within(what, new Promise(resolve => {
    const look = () => test() && resolve();
    presence.onSync(look);
    look();
  }));
  const tabs = () => Object.fromEntries(presence.list((id, {metas}) => [id, metas.length]));
  await answer(channel.join());
  await until('ada alone', () => tabs().ada === 1);
  const one = (await join(tab1, 'tabs')).channel;
  await until('one tab', () => tabs().bob === 1);
  const two = (await join(tab2, 'tabs')).channel;
  await until('two tabs', () => tabs().bob === 2);
  assert.deepEqual(tabs(), {ada: 1, bob: 2});
  one.leave();
  await until('one tab left', () => tabs().bob === 1);
  await new Promise(resolve => tab2.disconnect(resolve));
  await until('bob gone', () => tabs().bob === undefined);
  assert.deepEqual(tabs(), {ada: 1});
  assert.ok(two);
  assert.deepEqual(log.filter(line => line.includes('bob')), ['join bob 0', 'join bob 1', 'leave bob 1', 'leave bob 0']);
});

test('a leave is answered and closes the channel, and the room can be joined again', async t => {
  const socket = connect(t, 'chat', 'ada');
  const {channel} = await join(socket, 'joinleave');
  const closed = within('onClose', new Promise(resolve => channel.onClose(resolve)));
  await answer(channel.leave());
  await closed;
  assert.equal(channel.state, 'closed');
  const again = (await join(socket, 'joinleave')).channel;
  assert.deepEqual(await answer(again.push('push', 1)), {seq: 1});
});

test('a second channel of the same topic takes the place of the first', async t => {
  const socket = connect(t, 'chat', 'ada');
  const first = (await join(socket, 'joinleave')).channel;
  const closed = within('onClose', new Promise(resolve => first.onClose(resolve)));
  const second = (await join(socket, 'joinleave')).channel;
  await closed;
  assert.equal(typeof (await answer(second.push('push', 2))).seq, 'number');
});

test('binary goes in and out as an ArrayBuffer', async t => {
  const ada = (await join(connect(t, 'chat', 'ada'), 'pictures')).channel;
  const bob = (await join(connect(t, 'chat', 'bob'), 'pictures')).channel;
  const picture = Uint8Array.from({length: 70_000}, (_, i) => i % 256);
  const message = event(bob, 'msg');
  assert.deepEqual(await answer(ada.push('push', picture.buffer)), {seq: 1});
  const got = await message;
  assert.ok(got instanceof ArrayBuffer);
  assert.deepEqual(Buffer.from(got), Buffer.from(picture.buffer));
  const {state} = await join(connect(t, 'chat', 'eve'), 'pictures');
  assert.equal(state.data.state['1'].payload.$binary, Buffer.from(picture).toString('base64'));
});

test('a channel whose instance failed gets phx_error and joins again once it is revived', async t => {
  const socket = connect(t, 'brittle', 'ada');
  const {channel} = await join(socket, 'lobby');
  const failed = within('phx_error', new Promise(resolve => channel.onError(resolve)));
  for (let i = 0; i < 4; i++) {
    assert.match((await refusal(channel.push('push', 'crash'))).reason, /^instance_(crashed|failed|restarting)$/);
  }
  await failed;
  const back = event(channel, 'state');
  await wish('/revive');
  await back;
  assert.equal(typeof (await answer(channel.push('push', 'calm'))).seq, 'number');
});

test('a client without vsn speaks V1', async t => {
  const socket = new WebSocket(`${url}/socket/chat/websocket?userId=old`);
  t.after(() => socket.terminate());
  const got = [];
  let look = () => {};
  socket.on('message', data => { got.push(JSON.parse(data)); look(); });
  const frame = (what, test) => within(what, new Promise(resolve => { look = () => { const f = got.find(test); if (f) resolve(f); }; look(); }));
  await within('open', new Promise(resolve => socket.on('open', resolve)));
  const send = (event, ref, payload) => socket.send(JSON.stringify({topic: 'joinleave', event, ref, payload}));
  send('phx_join', '1', {});
  assert.deepEqual((await frame('join reply', f => f.ref === '1')).payload.status, 'ok');
  const state = await frame('state', f => f.event === 'state');
  assert.deepEqual(Object.keys(state), ['topic', 'event', 'payload', 'ref']);
  send('push', '2', {old: true});
  assert.equal((await frame('push reply', f => f.ref === '2')).payload.status, 'ok');
  const message = await frame('msg', f => f.event === 'msg' && Object.values(f.payload.data.state)[0].payload.old);
  assert.equal(message.ref, null);
});

test('after a restart of the server the client connects, joins and talks again', async t => {
  const socket = connect(t, 'chat', 'ada');
  const {channel} = await join(socket, 'general');
  const lost = within('onClose', new Promise(resolve => socket.onClose(resolve)));
  const back = event(channel, 'state');
  await wish('/restart');
  await lost;
  await back;
  const message = event(channel, 'msg');
  assert.equal(typeof (await answer(channel.push('push', 'after'))).seq, 'number');
  await message;
});

test("a draining server's hint to Mycelium's own client changes nothing for this one", async t => {
  const socket = connect(t, 'chat', 'ada');
  const {channel} = await join(socket, 'general');
  const hint = within('the hint', new Promise(resolve => socket.onMessage(m => { if (m.event === 'reconnect') resolve(m); })));
  const other = [];
  channel.onMessage = (name, payload) => { other.push(name); return payload; };
  const closed = within('onClose', new Promise(resolve => socket.onClose(resolve)));
  await wish('/drain');
  const {topic, payload, ref, join_ref: joinRef} = await hint;
  assert.deepEqual([topic, ref, joinRef], ['phoenix', null, null]);
  assert.ok(Number.isInteger(payload.delay) && payload.delay >= 0 && payload.delay <= 200);
  assert.equal((await closed).code, 1001);
  assert.ok(!other.includes('reconnect'));
  const back = event(channel, 'state');
  await wish('/restart');
  await back;
  assert.equal(typeof (await answer(channel.push('push', 'after'))).seq, 'number');
});
