// clients/js/mycelium.js against a running Mycelium. MyceliumClientTest starts the server, gives its address in MYCELIUM_URL,
// and takes wishes (drain or restart the server, revive or delete an instance) at MYCELIUM_CONTROL.
import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {test} from 'node:test';
import WebSocket from 'ws';
import {connect, MyceliumError} from '../../../clients/js/mycelium.js';
import {next, wish} from './testing.mjs';

const url = process.env.MYCELIUM_URL;

function open(t, instance, userId, options = {}) {
  const socket = connect(`${url}/socket/${instance}`, {WebSocket, params: {userId}, backoff: {base: 50, cap: 200}, ...options});
  t.after(() => socket.close());
  return socket;
}

async function enter(t, instance, userId, name, options) {
  const socket = open(t, instance, userId, options);
  const room = socket.join(name);
  const [state] = await next(room, 'state');
  return {socket, room, state};
}

const refusal = promise => promise.then(ok => assert.fail(`it was fulfilled: ${JSON.stringify(ok)}`), error => {
  assert.ok(error instanceof MyceliumError);
  return error;
});

test('a push is answered with its number and reaches everyone; who joins later sees it in the state', async t => {
  const ada = await enter(t, 'chat', 'ada', 'general');
  const bob = await enter(t, 'chat', 'bob', 'general');
  assert.deepEqual(ada.state, {data: {type: 'accumulative', state: {}}, seq: 0, epoch: ada.state.epoch});
  assert.deepEqual(await ada.room.joined, {seq: 0, epoch: ada.state.epoch});
  const messages = [next(ada.room, 'msg'), next(bob.room, 'msg')];
  assert.deepEqual(await ada.room.push({text: 'hé "hi" 😀'}), {seq: 1});
  for (const [message] of await Promise.all(messages)) {
    assert.equal(message.seq, 1);
    const {user, payload} = message.data.state['1'];
    assert.deepEqual([user, payload], [{id: 'ada'}, {text: 'hé "hi" 😀'}]);
  }
  assert.deepEqual(bob.room.position, {seq: 1, epoch: bob.state.epoch});
  const {state} = await enter(t, 'chat', 'eve', 'general');
  assert.deepEqual(state.data.state['1'].payload, {text: 'hé "hi" 😀'});
});

test('what is pushed before the join goes out after it, in the order of the calls', async t => {
  const room = open(t, 'chat', 'ada').join('general');
  const acks = await Promise.all(Array.from({length: 1000}, (_, i) => room.push(i)));
  const first = acks[0].seq;
  assert.deepEqual(acks.map(({seq}) => seq), Array.from({length: 1000}, (_, i) => first + i));
});

test('the lobby tells the rooms', async t => {
  const lobby = open(t, 'chat', 'ada').join('lobby');
  assert.deepEqual(await next(lobby, 'rooms'), [{data: ['general', 'lobby', 'pictures', 'tabs']}]);
});

test('a refusal is an error with reason, message and whether to try again', async t => {
  const {room, socket} = await enter(t, 'draw', 'ada', 'lobby');
  const undeclared = await refusal(room.push({colour: 'red'}));
  assert.deepEqual([undeclared.reason, undeclared.retryable], ['undeclared_key', false]);
  assert.match(undeclared.message, /colour.*\[color\]/);
  assert.equal((await refusal(room.push({}, {event: 'dance'}))).reason, 'unknown_event');
  const nowhere = socket.join('nowhere');
  assert.equal((await refusal(nowhere.joined)).reason, 'unknown_room');
  assert.equal(nowhere.status, 'left');
  assert.equal((await refusal(nowhere.push(1))).reason, 'not_joined');
  assert.equal(typeof (await room.push({color: 'red'})).seq, 'number');
});

test('presence is a map of users with a meta for each tab, and tells who comes and who goes', async t => {
  const {room} = await enter(t, 'chat', 'ada', 'tabs');
  const log = [];
  room.on('presence_join', id => log.push(`+${id}`));
  room.on('presence_leave', id => log.push(`-${id}`));
  const until = test => next(room, 'presence', test);
  const tabs = id => room.presence.get(id)?.length ?? 0;
  const here = room.presence.has('ada') ? null : until(() => tabs('ada') === 1);
  await here;
  let change = until(() => tabs('bob') === 1);
  const one = await enter(t, 'chat', 'bob', 'tabs');
  await change;
  change = until(() => tabs('bob') === 2);
  const two = await enter(t, 'chat', 'bob', 'tabs');
  await change;
  assert.deepEqual([...two.room.presence.keys()].sort(), ['ada', 'bob']);
  change = until(() => tabs('bob') === 1);
  one.room.leave();
  await change;
  change = until(() => tabs('bob') === 0);
  two.socket.close();
  await change;
  assert.deepEqual(log.filter(line => line.endsWith('bob')), ['+bob', '-bob']);
});

test('binary is pushed and comes as a Uint8Array, live and in the state', async t => {
  const ada = await enter(t, 'chat', 'ada', 'pictures');
  const bob = await enter(t, 'chat', 'bob', 'pictures');
  const picture = Uint8Array.from({length: 70_000}, (_, i) => i % 256);
  for (const [seq, bytes] of [[1, picture], [2, picture.buffer], [3, new DataView(picture.buffer, 7, 100)]]) {
    const binary = next(bob.room, 'binary');
    assert.deepEqual(await ada.room.push(bytes), {seq});
    const [message] = await binary;
    assert.equal(message.seq, seq);
    assert.deepEqual(message.payload, seq === 3 ? picture.slice(7, 107) : picture);
  }
  const after = next(bob.room, 'msg');
  await ada.room.push('text');
  assert.equal((await after)[0].seq, 4);
  const {state} = await enter(t, 'chat', 'eve', 'pictures');
  assert.deepEqual(state.data.state['1'].payload, picture);
});

test('a room can be left and joined again, once at a time', async t => {
  const {room, socket} = await enter(t, 'chat', 'ada', 'general');
  assert.throws(() => socket.join('general'), {reason: 'already_joined'});
  room.leave();
  const again = socket.join('general');
  assert.equal(typeof (await again.push('back')).seq, 'number');
  socket.close();
  assert.equal((await refusal(again.push(1))).reason, 'not_joined');
  assert.throws(() => socket.join('general'), {reason: 'closed'});
});

test('a room whose instance failed is joined again once it is revived', async t => {
  const {room} = await enter(t, 'brittle', 'ada', 'lobby');
  const joining = next(room, 'status', status => status === 'joining');
  for (let i = 0; i < 4; i++) {
    assert.match((await refusal(room.push('crash'))).reason, /^instance_(crashed|failed|restarting)$|^disconnected$/);
  }
  await joining;
  const back = next(room, 'status', status => status === 'joined');
  await wish('/revive');
  await back;
  assert.equal(typeof (await room.push('calm')).seq, 'number');
});

test('a deleted instance closes the socket for good', async t => {
  const {room, socket} = await enter(t, 'doomed', 'ada', 'lobby');
  const closed = next(socket, 'status');
  await wish('/delete');
  assert.deepEqual(await closed, ['closed', {code: 4004, reason: 'instance_deleted'}]);
  assert.equal(room.status, 'left');
});

test('a draining server says how long to wait, and the client waits that long', async t => {
  const {room, socket} = await enter(t, 'chat', 'ada', 'general');
  const told = next(socket, 'status', status => status === 'reconnecting');
  await wish('/drain');
  const [, {code, delay}] = await told;
  assert.equal(code, 1001);
  assert.ok(Number.isInteger(delay) && delay >= 0 && delay <= 200, `delay is ${delay}`);
  const back = next(room, 'state');
  await wish('/restart');
  await back;
  assert.equal(typeof (await room.push('after')).seq, 'number');
});

test('the server serves the module and its types, compressed and cached by content', async () => {
  const http = url.replace('ws', 'http');
  for (const [name, type] of [['mycelium.js', 'text/javascript'], ['mycelium.d.ts', 'application/typescript']]) {
    const file = await readFile(new URL(`../../../clients/js/${name}`, import.meta.url), 'utf8');
    const plain = await fetch(`${http}/client/${name}`, {headers: {'Accept-Encoding': 'identity'}});
    assert.equal(plain.status, 200);
    assert.equal(await plain.text(), file);
    assert.equal(plain.headers.get('content-type'), `${type}; charset=utf-8`);
    assert.equal(plain.headers.get('access-control-allow-origin'), '*');
    const zipped = await fetch(`${http}/client/${name}`, {headers: {'Accept-Encoding': 'br, gzip;q=0.5'}});
    assert.equal(zipped.headers.get('content-encoding'), 'gzip');
    assert.equal(await zipped.text(), file);
    const etag = plain.headers.get('etag');
    assert.equal((await fetch(`${http}/client/${name}`, {headers: {'If-None-Match': `"other", ${etag}`}})).status, 304);
    assert.equal((await fetch(`${http}/client/${name}`, {headers: {'If-None-Match': '"other"'}})).status, 200);
  }
});
