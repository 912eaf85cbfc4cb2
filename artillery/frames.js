'use strict';
// The frames of docs/protocol.md on an open WebSocket, and the checks of what comes back: every scenario shares them.

const REPLY_TIMEOUT_MS = 10000;
const HEARTBEAT_MS = 30000;

/** An error that Artillery counts as `errors.<code>`; the message has the details. */
function fault(code, message) {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** One socket of a virtual user. A refusal, a silence, a close that nobody asked for and a wrong message are faults, and end it. */
class Link {
  constructor(ws, events) {
    this.ws = ws;
    this.events = events;
    this.lastRef = 0;
    this.awaited = new Map();
    this.rooms = new Map();
    this.failure = new Promise((_, reject) => { this.reject = reject; });
    this.failure.catch(() => {});
    this.beating = setInterval(() => this.request(null, 'phoenix', 'heartbeat', {}).catch(() => {}), HEARTBEAT_MS);
    ws.onmessage = ({ data }) => this.receive(data);
    ws.onclose = ({ code, reason }) => this.fail(fault('closed', `by the server with ${code} ${reason}`));
  }

  fail(error) {
    this.reject(error);
    this.forget();
  }

  /** From now on this socket's messages and its close are nobody's concern. */
  forget() {
    clearInterval(this.beating);
    this.ws.onmessage = this.ws.onclose = undefined;
    for (const { timer } of this.awaited.values()) clearTimeout(timer);
  }

  /** The promise, unless the link fails before. */
  orFail(promise) {
    return Promise.race([promise, this.failure]);
  }

  /** Sends a frame; resolves with the response of its reply, which `replied` gets before the next message is read. */
  request(joinRef, topic, event, payload, replied = () => {}) {
    const ref = String(++this.lastRef);
    this.events.emit('counter', 'websocket.messages_sent', 1);
    this.ws.send(JSON.stringify([event === 'phx_join' ? ref : joinRef, ref, topic, event, payload]));
    return this.orFail(new Promise((resolve) => {
      const late = () => this.fail(fault('reply_timeout', `${event} got no reply within ${REPLY_TIMEOUT_MS} ms`));
      this.awaited.set(ref, { event, resolve, replied, timer: setTimeout(late, REPLY_TIMEOUT_MS) });
    }));
  }

  receive(data) {
    this.events.emit('counter', 'websocket.messages_received', 1);
    try {
      const [joinRef, ref, topic, event, payload] = JSON.parse(data);
      if (event === 'phx_reply') this.reply(ref, payload);
      else this.rooms.get(topic)?.receive(event, payload, joinRef);
    } catch (error) {
      this.fail(error.code ? error : fault('malformed', `${error.message} in ${data}`));
    }
  }

  reply(ref, { status, response }) {
    const request = this.awaited.get(ref);
    if (!request) throw fault('unasked', `a reply to ref ${ref}, which waits for none`);
    this.awaited.delete(ref);
    clearTimeout(request.timer);
    if (status !== 'ok') throw fault(`${request.event}_${response.reason}`, response.message);
    request.replied(response);
    request.resolve(response);
  }

  /**
   * Joins a room, and waits for its state; with `since`, a position of before, for nothing more than the reply. `inform` gets each
   * key and value of its messages. `gathered` says that the room gathers changes, so that a message may be more than one number on.
   */
  async join(topic, { since, gathered = false, inform = () => {} } = {}) {
    const room = new Room(this, topic, gathered, inform);
    const due = performance.now();
    // Up to the reply all that comes is still the room's of before, if this joins it again.
    const joining = this.request(null, topic, 'phx_join', since ? { since } : {}, () => this.rooms.set(topic, room));
    room.joinRef = String(this.lastRef);
    if (since) room.seq = since.seq;
    room.reply = await joining;
    this.events.emit('histogram', 'mycelium.join_ms', performance.now() - due);
    this.events.emit('counter', 'mycelium.joins', 1);
    room.epoch = room.reply.epoch;
    if (!since) await room.until('state', () => room.state);
    return room;
  }

  /**
   * Acts `times` times, one each `everyMs`, however long the answers take, and waits for all of them. Each act gets its number and
   * the time at which it was due, from which latency counts: a server that stalls cannot hide it.
   */
  async pace(times, everyMs, act) {
    const first = performance.now() + Math.random() * everyMs;
    const acts = [];
    for (let n = 1; n <= times; n++) {
      const due = first + (n - 1) * everyMs;
      await this.orFail(sleep(Math.max(0, due - performance.now())));
      acts.push(act(n, due).catch((error) => this.fail(error)));
    }
    await this.orFail(Promise.all(acts));
  }
}

/** A joined room: its position, its state, and whether every message comes once and in order. */
class Room {
  constructor(link, topic, gathered, inform) {
    Object.assign(this, { link, topic, gathered, inform, waiting: new Set(), members: undefined, state: undefined });
  }

  get position() {
    return { seq: this.seq, epoch: this.epoch };
  }

  /** Pushes; the latency of the reply counts from `due`. */
  async push(payload, due) {
    const { seq } = await this.link.request(this.joinRef, this.topic, 'push', payload);
    this.link.events.emit('histogram', 'mycelium.reply_ms', performance.now() - due);
    return seq;
  }

  /** Waits until the test, which is asked after each message of the room, holds. */
  until(what, test) {
    if (test()) return Promise.resolve();
    return this.link.orFail(new Promise((resolve) => {
      const late = () => this.link.fail(fault('late', `${what} of ${this.topic} did not come within ${REPLY_TIMEOUT_MS} ms`));
      const timer = setTimeout(late, REPLY_TIMEOUT_MS);
      const wait = () => {
        if (!test()) return;
        clearTimeout(timer);
        this.waiting.delete(wait);
        resolve();
      };
      this.link.failure.catch(() => clearTimeout(timer));
      this.waiting.add(wait);
    }));
  }

  receive(event, payload, joinRef) {
    if (event === 'phx_error') throw fault('phx_error', `${this.topic} crashed`);
    if (event === 'phx_close' && joinRef === this.joinRef) this.closed = true;
    if (event === 'presence_state') this.members = Object.keys(payload);
    if (event === 'state') {
      this.seq = payload.seq;
      this.state = payload.data.state;
      // The state as it came: more messages may be read before whoever waits for it goes on.
      this.joined = { seq: this.seq, state: { ...this.state } };
    }
    if (event === 'msg') this.change(payload);
    for (const wait of this.waiting) wait();
  }

  /** Applies a message. An accumulative room numbers each entry; in the others a message is one number after the last, or more if changes are gathered. */
  change({ data: { type, state }, seq }) {
    const numbers = type === 'accumulative' ? Object.keys(state).map(Number) : [seq];
    for (const number of numbers) {
      if (number <= this.seq) throw fault('double', `${number} of ${this.topic} came after ${this.seq}`);
      if (number > this.seq + 1 && !this.gathered) throw fault('gap', `${number} of ${this.topic} came after ${this.seq}`);
      this.seq = number;
    }
    if (this.seq !== seq) throw fault('gap', `the message ends at ${this.seq}, but says ${seq}`);
    for (const [key, value] of Object.entries(state)) this.apply(type, key, value);
  }

  apply(type, key, value) {
    this.link.events.emit('counter', 'mycelium.deliveries', 1);
    this.inform(key, value);
    if (type === 'collaborative' && value === null) delete this.state[key];
    else if (type !== 'accumulative') this.state[key] = value;
  }
}

/** A scenario's function: the body gets a link and the variables; what it throws fails the virtual user. */
function scenario(body) {
  return async (context, events) => {
    const link = new Link(context.ws, events);
    try {
      await body(link, context.vars, context);
    } catch (error) {
      console.error(error.message);
      throw error;
    } finally {
      link.forget();
    }
  };
}

module.exports = { Link, fault, scenario };
