// clients/js/mycelium.js on a network and a server that are simulated: one thread of chance, named by its seed, decides what arrives when, what is lost,
// what is refused, and when the server restarts. MYCELIUM_SEEDS=1000 runs more of them, MYCELIUM_SEED=7 one.
import assert from 'node:assert/strict';
import {mock, test} from 'node:test';
import {connect} from '../../../clients/js/mycelium.js';

const CLIENTS = 4;
const PUSHES = 60;

function chance(seed) {
  let a = seed;
  const random = () => {
    a = a + 0x6D2B79F5 | 0;
    let t = Math.imul(a ^ a >>> 15, 1 | a);
    t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t;
    return ((t ^ t >>> 14) >>> 0) / 4294967296;
  };
  return {random, below: n => Math.floor(random() * n), pick: list => list[Math.floor(random() * list.length)]};
}

// What README says of the wire: resume from a position, keys that are applied once. Entries and keys outlive a restart, as they do on disk.
class Server {
  entries = [];
  keys = new Map();
  epoch = 'e1';
  kept = 0;
  wires = new Set();

  constructor(dice) { this.dice = dice; }

  receive(wire, [joinRef, ref, topic, event, payload]) {
    const reply = (status, response) => wire.queue(joinRef, ref, topic, 'phx_reply', {status, response});
    const refuse = reason => reply('error', {reason, message: reason, retryable: true});
    if (topic === 'phoenix') reply('ok', {});
    else if (event === 'phx_join') this.join(wire, joinRef, payload, reply, refuse);
    else if (event === 'phx_leave') { wire.joinRef = null; reply('ok', {}); }
    else if (wire.joinRef !== joinRef) reply('error', {reason: 'not_joined', message: 'no'});
    else if (this.dice.random() < 0.02) refuse('overloaded');
    else this.push(payload, reply);
    if (this.dice.random() < 0.002) this.fail(wire);
  }

  fail(wire) {
    if (wire.joinRef) wire.queue(wire.joinRef, wire.joinRef, 'general', 'phx_error', {});
    wire.joinRef = null;
  }

  join(wire, joinRef, {since}, reply, refuse) {
    if (this.dice.random() < 0.05) return refuse('instance_restarting');
    wire.joinRef = joinRef;
    const seq = this.entries.length;
    const recovered = since && since.epoch === this.epoch && since.seq >= this.kept && since.seq <= seq;
    reply('ok', {seq, epoch: this.epoch, ...(since && {recovered})});
    if (recovered) for (let n = since.seq + 1; n <= seq; n++) wire.queue(...this.message(n));
    else wire.queue(joinRef, null, 'general', 'state', {data: {type: 'accumulative', state: this.state(1, seq)}, seq, epoch: this.epoch});
  }

  push({key, data}, reply) {
    const known = this.keys.get(key);
    if (known) return reply('ok', {seq: known, duplicate: true});
    this.entries.push(data);
    const seq = this.entries.length;
    this.keys.set(key, seq);
    const early = this.dice.random() < 0.5;
    if (early) reply('ok', {seq});
    for (const wire of this.wires) if (wire.joinRef) wire.queue(...this.message(seq));
    if (!this.dice.below(50)) this.kept = seq - 5;
    if (!early) reply('ok', {seq});
  }

  message(n) {
    return [null, null, 'general', 'msg', {data: {type: 'accumulative', state: this.state(n, n)}, seq: n}];
  }

  state(from, to) {
    const state = {};
    for (let n = from; n <= to; n++) state[n] = {user: {id: 'x'}, payload: this.entries[n - 1], at: 0};
    return state;
  }
}

function run(seed) {
  const dice = chance(seed);
  const server = new Server(dice);
  const all = new Set();

  class Wire {
    up = [];
    down = [];
    joinRef = null;
    state = 'connecting';
    constructor() { all.add(this); }
    send(frame) { if (this.state === 'open') this.up.push(JSON.parse(frame)); }
    close() { this.end(); }
    queue(...frame) { if (this.state === 'open') this.down.push(JSON.stringify(frame)); }
    end() {
      this.state = 'closed';
      server.wires.delete(this);
      all.delete(this);
    }
  }

  // What can happen next, and how likely.
  const steps = wire => {
    if (wire.state === 'connecting') return [() => { wire.state = 'open'; server.wires.add(wire); wire.onopen(); }];
    return [
      ...wire.up.length ? [() => server.receive(wire, wire.up.shift())] : [],
      ...wire.down.length ? [() => wire.onmessage({data: wire.down.shift()})] : [],
    ];
  };
  const cut = wire => {
    wire.end();
    wire.onclose?.({code: 1006, reason: ''});
  };
  const freeze = wire => { wire.steps = []; };

  const clients = Array.from({length: CLIENTS}, (_, id) => {
    const socket = connect('ws://server/socket/chat', {WebSocket: Wire});
    const room = socket.join('general');
    const client = {id, socket, room, seen: [], acks: [], last: 0, pushed: 0, states: 0};
    room.on('state', ({data, seq}) => {
      client.seen = Object.values(data.state).map(({payload}) => payload);
      client.last = seq;
      client.states++;
    });
    room.on('msg', ({data, seq}) => {
      assert.equal(seq, client.last + 1, `seed ${seed}: client ${id} got ${seq} after ${client.last}`);
      client.seen.push(data.state[seq].payload);
      client.last = seq;
    });
    return client;
  });
  const push = client => {
    const data = `${client.id}/${client.pushed++}`;
    client.room.pushOnce(data).then(({seq}) => client.acks.push([data, seq]), error => { throw new Error(`seed ${seed}: ${data} was refused: ${error.reason}`); });
  };

  return {dice, server, all, clients, steps, cut, freeze, push};
}

async function simulate(seed) {
  mock.timers.enable({apis: ['setTimeout']});
  const {dice, server, all, clients, steps, cut, freeze, push} = run(seed);
  mock.method(Math, 'random', dice.random);
  const trouble = dice.pick([0.002, 0.01, 0.05]);
  let faults = 0;
  try {
    for (let turn = 0; ; turn++) {
      assert.ok(turn < 200_000, `seed ${seed}: it does not end: ${JSON.stringify(clients.map(({acks, last}) => [acks.length, last]))}`);
      const waiting = clients.filter(client => client.pushed < PUSHES);
      if (waiting.length && dice.random() < 0.2) push(dice.pick(waiting));
      const wires = [...all];
      if (wires.length && waiting.length && dice.random() < trouble) {
        faults++;
        const kind = dice.random();
        if (kind < 0.7) cut(dice.pick(wires));
        else if (kind < 0.8) freeze(dice.pick(wires));
        else wires.forEach(cut);
      }
      const possible = wires.filter(wire => all.has(wire)).flatMap(wire => wire.steps ?? steps(wire));
      if (possible.length) dice.pick(possible)();
      if (!possible.length || dice.random() < 0.02) mock.timers.tick(dice.below(2000));
      await null;
      if (clients.every(({acks, last}) => acks.length === PUSHES && last === server.entries.length)) break;
    }
    const expected = server.entries;
    assert.equal(expected.length, CLIENTS * PUSHES, `seed ${seed}: each push is applied once`);
    for (const {id, acks, seen} of clients) {
      assert.deepEqual(seen, expected, `seed ${seed}: client ${id}`);
      for (const [data, seq] of acks) assert.equal(expected[seq - 1], data, `seed ${seed}: the ack of ${data} is ${seq}`);
    }
    return faults;
  } finally {
    clients.forEach(({socket}) => socket.close());
    mock.reset();
  }
}

test('each push is applied once and each message is seen once and in order, whatever goes wrong', async t => {
  const one = process.env.MYCELIUM_SEED;
  const seeds = one ? [Number(one)] : Array.from({length: Number(process.env.MYCELIUM_SEEDS ?? 100)}, (_, i) => i + 1);
  let faults = 0;
  for (const seed of seeds) faults += await simulate(seed);
  t.diagnostic(`${seeds.length} seeds, ${faults} faults`);
  assert.ok(faults > seeds.length, `only ${faults} faults`);
});
