// Tokens from the clients' side, against a server that asks for them: the official phoenix client's authToken, and mycelium.js.
// TokenClientsTest starts the server with a notice of an hour and no grace, and gives its address and secret.
import assert from 'node:assert/strict';
import {createHmac} from 'node:crypto';
import {test} from 'node:test';
import {Socket} from 'phoenix';
import WebSocket from 'ws';
import {connect} from '../../../clients/js/mycelium.js';
import {next, within} from './testing.mjs';

const url = process.env.MYCELIUM_URL;
const base64url = text => Buffer.from(text).toString('base64url');
const now = () => Math.floor(Date.now() / 1000);

function token(claims) {
  const signed = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify({instances: ['*'], ...claims}))}`;
  return `${signed}.${createHmac('sha256', process.env.MYCELIUM_SECRET).update(signed).digest('base64url')}`;
}

function start(t, options) {
  const socket = connect(`${url}/socket/chat`, {WebSocket, backoff: {base: 20, cap: 50}, ...options});
  t.after(() => socket.close());
  return socket;
}

test('the official client brings its authToken, and is who the token says', async t => {
  const socket = new Socket(`${url.replace('http', 'ws')}/socket/chat`, {transport: WebSocket, authToken: token({sub: 'ada'}), params: {userId: 'bob'}});
  t.after(() => new Promise(resolve => socket.disconnect(resolve)));
  socket.connect();
  const channel = socket.channel('general', {});
  const said = within('msg', new Promise(resolve => channel.on('msg', resolve)));
  await within('join', new Promise((resolve, reject) => channel.join().receive('ok', resolve).receive('error', reject)));
  channel.push('push', {text: 'hi'});
  assert.deepEqual(Object.values((await said).data.state)[0].user, {id: 'ada'});
  const renewed = channel.push('access_token', {access_token: token({sub: 'ada'})});
  await within('renewal', new Promise((resolve, reject) => renewed.receive('ok', resolve).receive('error', reject)));
});

test('the official client is refused without one', async t => {
  const socket = new Socket(`${url.replace('http', 'ws')}/socket/chat`, {transport: WebSocket});
  t.after(() => new Promise(resolve => socket.disconnect(resolve)));
  const failed = within('error', new Promise(resolve => socket.onError(resolve)));
  socket.connect();
  assert.match((await failed).message, /401/);
});

test('mycelium.js brings another token before the first expires, and stays connected', async t => {
  const lives = [4, 3600];
  const statuses = [];
  const socket = start(t, {token: async () => token({sub: 'ada', exp: now() + lives.shift()})});
  socket.on('status', status => statuses.push(status));
  const room = socket.join('general');
  await within('join', room.joined);
  await within('expiry', new Promise(resolve => setTimeout(resolve, 6000)));
  assert.equal((await room.push({text: 'still here'})).seq > 0, true);
  assert.deepEqual(statuses, ['open']);
  assert.deepEqual(lives, []);
});

test('mycelium.js stops at a token that the server refuses', async t => {
  let asked = 0;
  const socket = start(t, {token: () => { asked++; return token({sub: 'ada', exp: now() - 60}); }});
  const room = socket.join('general');
  const [status, {reason}] = await next(socket, 'status', it => it !== 'connecting');
  assert.deepEqual([status, reason], ['closed', 'unauthorized']);
  await assert.rejects(room.joined, {name: 'MyceliumError', reason: 'unauthorized'});
  assert.equal(asked, 1);
});

test('mycelium.js asks once more after its token has expired, and stops if that one has, too', async t => {
  let asked = 0;
  const brief = now() + 4;
  const socket = start(t, {token: () => { asked++; return token({sub: 'ada', exp: brief}); }});
  await within('join', socket.join('general').joined);
  const [, {reason}] = await next(socket, 'status', it => it === 'closed');
  assert.equal(reason, 'unauthorized');
  assert.equal(asked, 3, 'for the connect, before the expiry, and after it');
});

test('a room that the new token does not cover is left, the others go on', async t => {
  let asked = 0;
  const socket = start(t, {token: () => token({sub: 'ada', exp: now() + 60, ...(asked++ && {rooms: {general: ['join', 'push']}})})});
  const kept = socket.join('general'), lost = socket.join('ideas');
  const [, error] = await next(lost, 'status', it => it === 'left');
  assert.equal(error.reason, 'closed');
  await kept.push({text: 'still here'});
});
