// Old Phoenix clients, two of which are still installed under names of their own, against a running Mycelium. Those before 1.3
// speak version 1, whose frames have no join_ref: only the ref of phx_close and phx_error tells them whose end it is.
// PhoenixOldClientsTest starts the server and this script.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import phoenix12 from 'phoenix-1-2';
import phoenix13 from 'phoenix-1-3';
import phoenix14 from 'phoenix-1-4';
import channels from 'phoenix-channels';
import socketOnly from 'phoenix-socket';
import WebSocket from 'ws';
import {within, wish} from './testing.mjs';

const clients = {
  'phoenix 1.2': phoenix12, 'phoenix 1.3': phoenix13, 'phoenix 1.4': phoenix14, 'phoenix-channels': channels, 'phoenix-socket': socketOnly,
};

const answer = push => within('a reply', new Promise((resolve, reject) => push
  .receive('ok', resolve).receive('error', e => reject(new Error(e.reason))).receive('timeout', () => reject(new Error('timeout')))));

// The next frame on this socket, as the client read it, for which the test holds.
function frame(socket, what, matches) {
  return within(what, new Promise(resolve => socket.onMessage(message => { if (matches(message)) resolve(message); })));
}

for (const [name, {Socket}] of Object.entries(clients)) {
  const connect = (t, instance) => {
    const socket = new Socket(`${process.env.MYCELIUM_URL}/socket/${instance}`, {
      transport: WebSocket, params: {userId: name},
      // Longer each time: 1.2 joins anew that often until an answer is there in time.
      reconnectAfterMs: tries => 100 * tries, rejoinAfterMs: tries => 100 * tries,
    });
    t.after(async () => {
      await new Promise(resolve => socket.disconnect(resolve));
      clearInterval(socket.heartbeatTimer); // it would run on, and this process with it
    });
    socket.connect();
    return socket;
  };

  // The end of the first channel has come, and the second one lives: its push is answered and heard.
  async function livesOn(socket, second, end) {
    assert.equal((await end).topic, 'general');
    const heard = within('msg', new Promise(resolve => second.on('msg', resolve)));
    const {seq} = await answer(second.push('push', {text: name}));
    assert.equal((await heard).seq, seq);
    assert.equal(second.state, 'joined');
  }

  test(`${name}: a join right behind a leave outlives the old channel's phx_close`, async t => {
    const socket = connect(t, 'chat');
    const first = socket.channel('general', {});
    await answer(first.join());
    const end = frame(socket, 'phx_close', m => m.event === 'phx_close');
    const closed = within('onClose', new Promise(resolve => first.onClose(resolve)));
    first.leave();
    const second = socket.channel('general', {});
    await answer(second.join());
    await closed;
    await livesOn(socket, second, end);
  });

  test(`${name}: a channel that replaces another outlives the phx_close of that one`, async t => {
    const socket = connect(t, 'chat');
    const first = socket.channel('general', {});
    await answer(first.join());
    const end = frame(socket, 'phx_close', m => m.event === 'phx_close');
    const second = socket.channel('general', {});
    second.onClose(() => assert.fail('the new channel was closed'));
    await answer(second.join());
    await livesOn(socket, second, end);
  });

  test(`${name}: phx_error of a failed instance reaches its channel, which joins again once it is revived`, async t => {
    const socket = connect(t, 'brittle');
    const channel = socket.channel('lobby', {});
    await answer(channel.join());
    const failed = frame(socket, 'phx_error', m => m.event === 'phx_error');
    const noticed = within('onError', new Promise(resolve => channel.onError(resolve)));
    for (let i = 0; i < 4; i++) {
      await assert.rejects(answer(channel.push('push', 'crash')), /^Error: instance_(crashed|failed|restarting)$/);
    }
    await failed;
    await noticed;
    const back = within('state', new Promise(resolve => channel.on('state', resolve)));
    await wish('/revive');
    await back;
    assert.equal(typeof (await answer(channel.push('push', 'calm'))).seq, 'number');
  });
}
