// phoenix.js's Presence across a kill -9 of the server. PhoenixPresenceTest starts the server, gives its address in MYCELIUM_URL, and kills
// and starts it again at MYCELIUM_CONTROL.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Presence, Socket} from 'phoenix';
import WebSocket from 'ws';
import {wish, within} from './testing.mjs';

const FOREVER = 3_600_000;

function connect(t, userId, reconnectAfterMs) {
  const socket = new Socket(process.env.MYCELIUM_URL + '/socket/chat', {
    transport: WebSocket, params: {userId}, reconnectAfterMs: () => reconnectAfterMs, rejoinAfterMs: () => 50,
  });
  t.after(() => new Promise(resolve => socket.disconnect(resolve)));
  socket.connect();
  return socket;
}

const joined = push => within('the join', new Promise((resolve, reject) => push.receive('ok', resolve).receive('error', reject)));
const state = channel => within('state', new Promise(resolve => {
  const ref = channel.on('state', () => { channel.off('state', ref); resolve(); });
}));

// The order of the joins is the same before and after, so that numbers which begin again would be the same too.
test('who stayed sees the meta that changed while the server was killed and started', async t => {
  const ada = connect(t, 'ada', 50);
  let status = 'here';
  const channel = ada.channel('general', () => ({meta: {status}}));
  await joined(channel.join());

  const bob = connect(t, 'bob', FOREVER);
  const stayed = bob.channel('general', {});
  const presence = new Presence(stayed);
  const look = () => presence.list((id, {metas}) => [id, metas.map(meta => meta.status)]).find(([id]) => id === 'ada')?.[1];
  const until = (what, test) => within(what, new Promise(resolve => {
    presence.onSync(() => test() && resolve());
    if (test()) resolve();
  }));
  const refs = () => presence.list((id, {metas}) => metas.map(meta => meta.phx_ref)).flat();
  await joined(stayed.join());
  await until('ada at bob', () => look()?.length === 1);
  assert.deepEqual(look(), ['here']);
  const before = refs();

  status = 'away';
  const back = state(channel), lost = within('onClose', new Promise(resolve => bob.onClose(resolve)));
  await wish('/kill');
  await back;
  await lost;
  const again = state(stayed);
  bob.disconnect(() => bob.connect());
  await again;
  await until('the new meta', () => look()?.length === 1 && look()[0] === 'away');
  assert.ok(refs().every(ref => !before.includes(ref)), `${before} and ${refs()}`);
});
