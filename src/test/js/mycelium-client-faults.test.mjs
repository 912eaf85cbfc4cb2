// clients/js/mycelium.js, and the official phoenix client, over a network that is cut and with a server that is killed under them.
// MyceliumFaultsTest starts the server, gives its port in MYCELIUM_PORT, and kills, stops and restarts it on that port when it is asked to.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Socket} from 'phoenix';
import WebSocket from 'ws';
import {connect} from '../../../clients/js/mycelium.js';
import {Link} from './link.mjs';
import {next, wish, within} from './testing.mjs';

const port = Number(process.env.MYCELIUM_PORT);
const CLIENTS = 4;
const AT_ONCE = 300;

const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

// One application: what it shows, and what it was told of its pushes.
class App {
  seen = [];
  acks = new Map();
  states = 0;
  pushed = 0;

  constructor(t, via, instance, name) {
    this.name = name;
    this.socket = connect(`ws://127.0.0.1:${via}/socket/${instance}`, {
      WebSocket, params: {userId: name}, backoff: {base: 100, cap: 400}, heartbeat: 500, timeout: 2000,
    });
    t.after(() => this.socket.close());
    this.room = this.socket.join('general');
    this.room.on('state', ({data}) => {
      this.states++;
      this.seen = Object.entries(data.state).map(([seq, {payload}]) => [Number(seq), payload]);
    });
    this.room.on('msg', ({data}) => {
      for (const [seq, {payload}] of Object.entries(data.state)) this.seen.push([Number(seq), payload]);
    });
  }

  push(count) {
    return Promise.all(Array.from({length: count}, async () => {
      const data = `${this.name} ${this.pushed++}`;
      const {seq} = await this.room.pushOnce(data);
      this.acks.set(data, seq);
    }));
  }

  async pushUntil(enough) {
    while (!enough()) await this.push(AT_ONCE);
  }

  async reach(seq) {
    if (this.seen.at(-1)?.[0] !== seq) await next(this.room, 'msg', message => message.seq >= seq);
  }
}

async function start(t, via, instance) {
  const apps = Array.from({length: CLIENTS}, (_, i) => new App(t, via, instance, `client ${i}`));
  await within('the joins', Promise.all(apps.map(({room}) => room.joined)));
  return apps;
}

// Trouble that many times, while every client pushes; all pushes are acknowledged afterwards.
async function under(trouble, times, apps, ms) {
  let done = 0;
  const pushed = Promise.all(apps.map(app => app.pushUntil(() => done === times)));
  while (done < times) {
    await pause(ms);
    await trouble(done + 1);
    done++;
  }
  await within('the last acknowledgements', pushed);
}

async function check(t, apps) {
  const total = apps.reduce((sum, {pushed}) => sum + pushed, 0);
  t.diagnostic(`${total} pushes`);
  const expected = Array.from({length: total}, (_, i) => i + 1);
  for (const app of apps) {
    await app.reach(total);
    assert.deepEqual(app.seen.map(([seq]) => seq), expected, `${app.name} sees each message once and in order`);
    assert.deepEqual(app.seen, apps[0].seen);
    assert.equal(app.states, 1, `${app.name} was resumed, not begun anew`);
    for (const [data, seq] of app.acks) assert.equal(apps[0].seen[seq - 1][1], data, `the ack of ${data}`);
  }
  assert.equal(new Set(apps[0].seen.map(([, payload]) => payload)).size, total, 'each push is applied once');
}

test('the network is cut and frozen under clients that push at full speed', async t => {
  const link = await Link.to(port);
  t.after(() => link.close());
  const apps = await start(t, link.port, 'cut');
  await under(async n => {
    if (n % 5) return link.cut();
    link.freeze();
    await Promise.all(apps.map(({socket}) => socket.status === 'open' && next(socket, 'status')));
    link.thaw();
  }, 15, apps, 120);
  await check(t, apps);
});

test('the server is killed and restarted under clients that push at full speed', async t => {
  const apps = await start(t, port, 'killed');
  await under(() => wish('/kill'), 3, apps, 700);
  await check(t, apps);
});

test('the server is stopped and restarted under clients that push at full speed', async t => {
  const apps = await start(t, port, 'stopped');
  const codes = [];
  for (const {socket} of apps) socket.on('status', (status, {code}) => { if (status === 'reconnecting') codes.push(code); });
  await under(() => wish('/stop'), 2, apps, 1000);
  assert.ok(codes.filter(code => code === 1001).length >= CLIENTS, `connections were ended with ${codes}`);
  await check(t, apps);
});

test('the official client resumes as well: its join params may be a function', async t => {
  const link = await Link.to(port);
  t.after(() => link.close());
  const socket = new Socket(`ws://127.0.0.1:${link.port}/socket/stock`, {transport: WebSocket, reconnectAfterMs: () => 50, rejoinAfterMs: () => 50});
  t.after(() => new Promise(resolve => socket.disconnect(resolve)));
  socket.connect();
  let position, states = 0;
  let replied = () => {};
  const seen = [], replies = [];
  const channel = socket.channel('general', () => position ? {since: position} : {});
  channel.on('state', ({seq, epoch}) => { states++; position = {seq, epoch}; });
  channel.on('msg', ({seq}) => { position = {...position, seq}; seen.push(seq); });
  const join = within('the join', new Promise(resolve => { replied = resolve; }));
  channel.join().receive('ok', reply => { replies.push(reply); replied(); });
  await join;
  const other = new App(t, port, 'stock', 'other');
  for (let round = 1; round <= 5; round++) {
    const rejoined = within('the rejoin', new Promise(resolve => { replied = resolve; }));
    link.cut();
    await other.push(20);
    await rejoined;
    await other.push(1);
    const last = round * 21;
    await within(`message ${last}`, new Promise(resolve => {
      const ref = channel.on('msg', ({seq}) => look(seq));
      const look = seq => { if (seq >= last) { channel.off('msg', ref); resolve(); } };
      look(seen.at(-1) ?? 0);
    }));
  }
  assert.deepEqual(seen, Array.from({length: 105}, (_, i) => i + 1));
  assert.equal(states, 1);
  assert.deepEqual(replies.map(({recovered}) => recovered), [undefined, true, true, true, true, true]);
});
