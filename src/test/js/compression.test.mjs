// permessage-deflate between the official phoenix client on ws, which negotiates it in its own way, and a server that has it on.
// CompressionClientsTest starts the server, which compresses messages from 64 bytes on.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Socket} from 'phoenix';
import WebSocket from 'ws';
import {within} from './testing.mjs';

const answer = push => within('a reply', new Promise((resolve, reject) => push
  .receive('ok', resolve).receive('error', e => reject(new Error(e.reason))).receive('timeout', () => reject(new Error('timeout')))));

const using = perMessageDeflate => class extends WebSocket {
  constructor(url, protocols) { super(url, protocols, {perMessageDeflate}); }
};

async function join(t, perMessageDeflate) {
  const socket = new Socket(`${process.env.MYCELIUM_URL}/socket/chat`, {transport: using(perMessageDeflate), params: {userId: 'ada'}});
  t.after(() => new Promise(resolve => socket.disconnect(resolve)));
  socket.connect();
  const channel = socket.channel('general', {});
  const seen = [];
  const waiting = [];
  const got = () => waiting.splice(0).forEach(([count, resolve]) => seen.length >= count ? resolve(seen) : waiting.push([count, resolve]));
  channel.on('msg', payload => {
    seen.push(payload instanceof ArrayBuffer ? [...new Uint8Array(payload)] : Object.values(payload.data.state)[0].payload);
    got();
  });
  await answer(channel.join());
  return {
    socket, channel,
    seen: count => within(`message ${count}`, new Promise(resolve => { waiting.push([count, resolve]); got(); })),
    extensions: () => socket.conn.extensions,
    read: () => socket.conn._socket.bytesRead,
    written: () => socket.conn._socket.bytesWritten,
  };
}

const lines = count => Array.from({length: count}, (_, i) => ({id: i, name: `shape ${i}`, color: 'black', text: 'é𝄞 and so on'}));

test('large messages are small on the wire, both ways, and whole on arrival', async t => {
  const [ada, bob, plain] = [await join(t, {threshold: 0}), await join(t, {threshold: 0}), await join(t, false)];
  for (const each of [ada, bob]) {
    assert.equal(each.extensions(), 'permessage-deflate');
  }
  assert.equal(plain.extensions(), '');
  const before = {written: ada.written(), read: bob.read(), plain: plain.read()};
  const sent = [lines(300), 'short', lines(1), lines(1000)];
  for (const payload of sent) { await answer(ada.channel.push('push', payload)); }
  const size = JSON.stringify(sent).length;
  for (const each of [ada, bob, plain]) { assert.deepEqual(await each.seen(4), sent); }
  assert.ok(ada.written() - before.written < size / 4, `written ${ada.written() - before.written} of ${size}`);
  assert.ok(bob.read() - before.read < size / 4, `read ${bob.read() - before.read} of ${size}`);
  assert.ok(plain.read() - before.plain > size, 'the plain client reads all of it');
});

test('binary messages as well', async t => {
  const [ada, bob] = [await join(t, {threshold: 0}), await join(t, {threshold: 0})];
  const bytes = Uint8Array.from({length: 5000}, (_, i) => i >> 8);
  const before = bob.read();
  await answer(ada.channel.push('push', bytes.buffer));
  assert.deepEqual((await bob.seen(1))[0], [...bytes]);
  assert.ok(bob.read() - before < 1000);
});

for (const options of [
  {clientNoContextTakeover: true}, {serverNoContextTakeover: true}, {serverMaxWindowBits: 15}, {clientMaxWindowBits: 9}, {clientMaxWindowBits: 15, level: 1},
]) {
  test(`an offer of ${JSON.stringify(options)} is met`, async t => {
    const ada = await join(t, {threshold: 0, zlibDeflateOptions: {level: 9}, ...options});
    assert.match(ada.extensions(), /permessage-deflate/);
    const sent = [lines(100), lines(3), lines(2000)];
    for (const payload of sent) { await answer(ada.channel.push('push', payload)); }
    assert.deepEqual(await ada.seen(3), sent);
  });
}

test('an offer of a smaller window is declined, and the socket is plain', async t => {
  const ada = await join(t, {threshold: 0, serverMaxWindowBits: 10});
  assert.equal(ada.extensions(), '');
  await answer(ada.channel.push('push', lines(300)));
  assert.deepEqual(await ada.seen(1), [lines(300)]);
});

test('many messages keep their order, small and large, compressed and plain', async t => {
  const ada = await join(t, {threshold: 100});
  const bob = await join(t, false);
  const sent = Array.from({length: 300}, (_, i) => i % 7 ? i : lines(i % 50));
  sent.forEach((payload, i) => (i % 2 ? ada : bob).channel.push('push', payload));
  const byAda = await ada.seen(300);
  assert.deepEqual(byAda, await bob.seen(300));
  assert.deepEqual(byAda.map(p => JSON.stringify(p)).sort(), sent.map(p => JSON.stringify(p)).sort());
});
