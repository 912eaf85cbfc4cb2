// Mycelium's client: one WebSocket to one instance, its rooms, and what keeps both alive. The types and what each call
// promises are in mycelium.d.ts. Everything here runs in answer to a call, a frame or a timer; a frame is handled whole
// before the next one, so no promise stands between a join's reply and the messages behind it.

// Messages of one room that wait for their reply: a quarter of what the server allows a connection (max_unacked_*).
const WINDOW = 256;
const WINDOW_SIZE = 1 << 20;
const INSTANCE_DELETED = 4004, MALFORMED_FRAME = 4000, TOO_LARGE = 1009, TOKEN_GONE = [4001, 4003];

const utf8 = new TextEncoder(), fromUtf8 = new TextDecoder();

/** @type {typeof import('./mycelium.js').connect} */
export const connect = (url, options = {}) => new Socket(url, options);

export class MyceliumError extends Error {
  constructor(reason, message, retryable = false) {
    super(message);
    Object.assign(this, {name: 'MyceliumError', reason, retryable});
  }
}

class Emitter {
  #handlers = new Map();

  on(event, handler) {
    if (!this.#handlers.has(event)) this.#handlers.set(event, new Set());
    this.#handlers.get(event).add(handler);
    return () => this.#handlers.get(event).delete(handler);
  }

  // A handler that throws is reported as any uncaught error is; the other handlers and the next frame are not its business.
  _emit(event, ...values) {
    for (const handler of [...this.#handlers.get(event) ?? []]) {
      try { handler(...values); } catch (error) { queueMicrotask(() => { throw error; }); }
    }
  }
}

class Socket extends Emitter {
  status = 'connecting';
  #url;
  #options;
  #rooms = new Map();
  #replies = new Map();
  #ref = 0;
  #keys = 0;
  #id = Array.from(crypto.getRandomValues(new Uint32Array(4)), part => part.toString(36)).join('');
  #ws;
  #attempt = 0;
  #failures = 0;
  #hint;
  #waiting;
  #timer;
  #alive = true;
  #online = () => { if (this.#waiting) this.#open(); };

  constructor(url, options) {
    super();
    this.#options = {
      heartbeat: 15_000, timeout: 10_000, backoff: {base: 1000, cap: 30_000}, maxPending: 10_000, WebSocket: globalThis.WebSocket, ...options,
    };
    this.#url = new URL(url, globalThis.location?.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    if (!this.#options.WebSocket) throw new TypeError('there is no global WebSocket here: pass one as the option WebSocket');
    globalThis.addEventListener?.('online', this.#online);
    this.#open();
  }

  join(name, options = {}) {
    if (this.status === 'closed') throw new MyceliumError('closed', 'the socket is closed');
    if (this.#rooms.has(name)) throw new MyceliumError('already_joined', `room ${name} is joined already, leave it first`);
    const room = new Room(this, name, options, this.#options);
    this.#rooms.set(name, room);
    if (this.status === 'open') room._join();
    return room;
  }

  close() {
    this.#end(new MyceliumError('closed', 'the socket was closed'));
  }

  async #open() {
    const attempt = ++this.#attempt;
    this.#waiting = false;
    this.#setTimer(() => this.#lost(0, 'timeout'), this.#options.timeout);
    try {
      const url = new URL(this.#url), {params, token} = this.#options;
      const all = {...evaluate(params), vsn: '2.0.0'};
      const bearer = token && await token();
      if (attempt !== this.#attempt) return;
      for (const [name, value] of Object.entries(all)) url.searchParams.set(name, value);
      const ws = this.#ws = new this.#options.WebSocket(url.href, bearer && ['phoenix', 'base64url.bearer.phx.' + btoa(bearer).replaceAll('=', '')]);
      ws.binaryType = 'arraybuffer';
      ws.onopen = () => this.#opened();
      ws.onmessage = ({data}) => this.#receive(data);
      ws.onclose = ({code, reason}) => {
        if (bearer && this.status !== 'open') this.#refused(bearer, code, reason); else this.#lost(code, reason);
      };
      ws.onerror = () => {};
    } catch (error) {
      if (attempt === this.#attempt) this.#lost(0, 'failed', error);
    }
  }

  // A browser does not tell a refused upgrade from a dead network, so the token is shown where the answer can be read.
  async #refused(bearer, code, reason) {
    const attempt = this.#attempt;
    const api = this.#url.href.replace('ws', 'http').replace(/\/socket\/.*/, '/api/v1/types');
    const {status} = await fetch(api, {headers: {authorization: `Bearer ${bearer}`}}).catch(() => ({}));
    if (attempt !== this.#attempt) return;
    if (status === 401) this.#end(new MyceliumError('unauthorized', 'the token was refused'), code); else this.#lost(code, reason);
  }

  async #renew() {
    const attempt = this.#attempt;
    try {
      const bearer = await this.#options.token?.();
      if (bearer && attempt === this.#attempt) this._send(null, 'phoenix', 'access_token', JSON.stringify({access_token: bearer}));
    } catch {}
  }

  #opened() {
    this.#alive = true;
    this.#heartbeat();
    this.#setStatus('open', {});
    for (const room of [...this.#rooms.values()]) room._join();
  }

  // Any frame since the last heartbeat is a sign of life; a connection without one is given up, closed or not.
  #heartbeat() {
    if (!this.#alive) return this.#lost(0, 'heartbeat');
    this.#alive = false;
    this._send(null, 'phoenix', 'heartbeat', '{}', () => { this.#failures = 0; });
    this.#setTimer(() => this.#heartbeat(), this.#options.heartbeat);
  }

  #receive(data) {
    this.#alive = true;
    const [joinRef, ref, topic, event, payload] = typeof data === 'string' ? decode(data) : decodeBinary(data);
    if (event === 'phx_reply') {
      const done = this.#replies.get(ref);
      this.#replies.delete(ref);
      const {status, response} = payload;
      done?.(status === 'ok' ? null : new MyceliumError(response.reason, response.message, response.retryable), response);
    } else if (topic === 'phoenix') {
      if (event === 'reconnect') this.#hint = payload.delay;
      if (event === 'token_expiring') this.#renew();
    } else {
      this.#rooms.get(topic)?._receive(joinRef, event, payload);
    }
  }

  // On a dead network a socket takes minutes to close, so nothing waits for that: it is no longer listened to.
  #drop(dead) {
    this.#attempt++;
    clearTimeout(this.#timer);
    this.#replies.clear();
    const ws = this.#ws;
    if (!ws) return;
    this.#ws = undefined;
    ws.onopen = ws.onmessage = ws.onclose = null;
    if (dead && ws.terminate) ws.terminate(); else ws.close(1000);
  }

  // With code 0 it is this side that gave the connection up.
  #lost(code, reason, error) {
    this.#drop(code === 0);
    if (code === INSTANCE_DELETED) return this.#end(new MyceliumError(reason, 'the instance was deleted'), code);
    if (TOKEN_GONE.includes(code) && !this.#options.token) return this.#end(new MyceliumError(reason, 'the token was refused'), code);
    this.#blame(code, reason);
    for (const room of this.#rooms.values()) room._lost();
    const delay = this.#hint ?? this._delay(this.#failures++);
    this.#waiting = this.#hint === undefined;
    this.#hint = undefined;
    this.#setTimer(() => this.#open(), delay);
    this.#setStatus('reconnecting', {delay, code, reason, error});
  }

  // The server closed over a message that it will never take: to send it again on each connection would help nobody.
  #blame(code, reason) {
    if (code !== TOO_LARGE && code !== MALFORMED_FRAME) return;
    let guilty = [...this.#rooms.values()].flatMap(room => room._underway());
    if (code === TOO_LARGE) {
      const size = ({body}) => typeof body === 'string' ? utf8.encode(body).length : body.length;
      guilty = guilty.sort((a, b) => size(b) - size(a)).slice(0, 1);
    }
    for (const item of guilty) item.settle(new MyceliumError(reason || 'refused', `the server closed the connection over it: ${code} ${reason}`));
  }

  #end(error, code = 1000) {
    if (this.status === 'closed') return;
    this.#drop();
    globalThis.removeEventListener?.('online', this.#online);
    for (const room of [...this.#rooms.values()]) room._end(error);
    this.#setStatus('closed', {code, reason: error.reason});
  }

  #setStatus(status, detail) {
    this.status = status;
    this._emit('status', status, detail);
  }

  #setTimer(task, ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(task, ms);
  }

  // Full jitter: anything between nothing and the step, so that clients that were cut off together do not come back together.
  _delay(failures) {
    const {base, cap} = this.#options.backoff;
    return Math.random() * Math.min(cap, base * 2 ** failures);
  }

  _key() {
    return `${this.#id}-${++this.#keys}`;
  }

  _forget(room) {
    this.#rooms.delete(room.name);
  }

  // Returns the message's reference; without a joinRef it is a join, whose reference names the channel.
  _send(joinRef, topic, event, body, done) {
    const ref = String(++this.#ref);
    if (done) this.#replies.set(ref, done);
    this.#ws?.send(encode(joinRef === undefined ? ref : joinRef, ref, topic, event, body));
    return ref;
  }
}

class Room extends Emitter {
  status = 'joining';
  position;
  presence = new Map();
  #socket;
  #params;
  #options;
  #joinRef;
  #joined;
  #failures = 0;
  #timer;
  #outbox = new Set();
  #sent = 0;
  #sentSize = 0;
  #paused = false;
  #present = false;

  constructor(socket, name, {params, since = null}, options) {
    super();
    this.name = name;
    this.position = since;
    this.#socket = socket;
    this.#params = params;
    this.#options = options;
    this.joined = new Promise((resolve, reject) => { this.#joined = {resolve, reject}; });
    this.joined.catch(() => {});
  }

  push(payload = {}, {event = 'push', timeout = this.#options.timeout} = {}) {
    return new Promise((resolve, reject) => this.#enqueue(event, toBody(payload), timeout, resolve, reject));
  }

  pushOnce(data, {key = this.#socket._key()} = {}) {
    return new Promise((resolve, reject) => {
      if (typeof toBody(data) !== 'string') throw new TypeError('pushOnce takes JSON; binary goes with push');
      this.#enqueue('push_once', toBody({key, data}), 0, resolve, reject);
    });
  }

  history({before, after, limit} = {}) {
    return this.push({before, after, limit}, {event: 'history'});
  }

  leave() {
    if (this.status === 'left') return;
    if (this.#joinRef) this.#socket._send(this.#joinRef, this.name, 'phx_leave', '{}');
    this._end(new MyceliumError('left', `room ${this.name} was left`));
  }

  // One queue for both kinds of push, so that they go out in the order of the calls. Without a timeout it is kept until it is answered.
  #enqueue(event, body, timeout, resolve, reject) {
    if (this.status === 'left') throw new MyceliumError('not_joined', `room ${this.name} is not joined`);
    if (this.#outbox.size >= this.#options.maxPending) throw new MyceliumError('overloaded', `${this.#outbox.size} pushes wait already`, true);
    const item = {event, body, keep: !timeout, sentWith: null};
    item.settle = (error, response) => {
      clearTimeout(item.timer);
      this.#outbox.delete(item);
      if (error) reject(error); else resolve(response);
    };
    if (timeout) item.timer = setTimeout(() => item.settle(new MyceliumError('timeout', `no reply within ${timeout} ms`, true)), timeout);
    this.#outbox.add(item);
    this.#pump();
  }

  #pump() {
    if (this.status !== 'joined' || this.#paused) return;
    for (const item of this.#outbox) {
      if (this.#sent >= WINDOW || this.#sentSize >= WINDOW_SIZE) return;
      if (item.sentWith) continue;
      const joinRef = item.sentWith = this.#joinRef;
      this.#sent++;
      this.#sentSize += item.body.length;
      this.#socket._send(joinRef, this.name, item.event, item.body, (error, response) => this.#answered(item, joinRef, error, response));
    }
  }

  #answered(item, joinRef, error, response) {
    const current = joinRef === this.#joinRef;
    if (current) {
      this.#sent--;
      this.#sentSize -= item.body.length;
    }
    if (!error) {
      this.#failures = 0;
      item.settle(null, response);
    } else if (current) {
      if (!item.keep || !error.retryable) item.settle(error); else this.#retry(item);
    }
    this.#pump();
  }

  #retry(item) {
    item.sentWith = null;
    if (this.#paused) return;
    this.#paused = true;
    this.#setTimer(() => { this.#paused = false; this.#pump(); });
  }

  #setTimer(task, ms = this.#socket._delay(this.#failures++)) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(task, ms);
  }

  _join() {
    const body = {...evaluate(this.#params)};
    if (this.position) body.since = this.position;
    const joinRef = this.#joinRef = this.#socket._send(undefined, this.name, 'phx_join', JSON.stringify(body), (error, response) => {
      if (joinRef !== this.#joinRef || this.status === 'left') return;
      if (error) this.#refused(error); else this.#admitted(response);
    });
    this.#setTimer(() => this._join(), this.#options.timeout);
  }

  #admitted(response) {
    clearTimeout(this.#timer);
    if (!response.recovered) this.position = null;
    else if (this.position) this.position = {...this.position, epoch: response.epoch};
    this.#paused = this.#present = false;
    this.#joined.resolve(response);
    this.#setStatus('joined', response);
    this.#pump();
  }

  // An instance that failed may be revived, so its rooms are asked for again.
  #refused(error) {
    if (!error.retryable && error.reason !== 'instance_failed') return this._end(error);
    this._emit('error', error);
    this.#setTimer(() => this._join());
  }

  // What was sent and not answered: a push may or may not have been applied, a pushOnce goes out again after the next join.
  _lost() {
    clearTimeout(this.#timer);
    this.#joinRef = undefined;
    this.#sent = this.#sentSize = 0;
    for (const item of this._underway()) {
      item.sentWith = null;
      if (!item.keep) item.settle(new MyceliumError('disconnected', 'the connection was lost before the reply came; it may have been applied', true));
    }
    if (this.status === 'joined') this.#setStatus('joining');
  }

  _underway() {
    return [...this.#outbox].filter(item => item.sentWith);
  }

  #rejoin() {
    this._lost();
    this.#setTimer(() => this._join());
  }

  _end(error) {
    clearTimeout(this.#timer);
    this.#socket._forget(this);
    this.#joined.reject(error);
    this.#setStatus('left', error);
    for (const item of [...this.#outbox]) item.settle(error);
  }

  #setStatus(status, detail) {
    this.status = status;
    this._emit('status', status, detail);
  }

  _receive(joinRef, event, payload) {
    if (joinRef !== null && joinRef !== this.#joinRef) return;
    if (event === 'phx_error') this.#rejoin();
    else if (event === 'phx_close') this._end(new MyceliumError('closed', `the server closed room ${this.name}`));
    else if (event === 'msg') this.#message(payload);
    else if (event === 'presence_state') this.#presenceState(payload);
    else if (event === 'presence_diff') this.#presenceDiff(payload);
    else {
      if (event === 'state') this.position = {seq: payload.seq, epoch: payload.epoch};
      if (event === 'dropped') this.position = {...this.position, seq: payload.to};
      this._emit(event, payload);
    }
  }

  // A message's seq is that of its last entry; a binary one is one entry, numbered by its place.
  #message(payload) {
    if (this.status !== 'joined' || !this.position) return;
    const {seq: last, epoch} = this.position;
    const binary = payload instanceof Uint8Array;
    const seq = binary ? last + 1 : payload.seq;
    if (seq <= last) return;
    if (!binary && payload.data.type === 'accumulative' && Object.keys(payload.data.state)[0] > last + 1) {
      this.#socket._send(this.#joinRef, this.name, 'phx_leave', '{}');
      return this.#rejoin();
    }
    this.position = {seq, epoch};
    if (binary) this._emit('binary', {seq, payload}); else this._emit('msg', payload);
  }

  // A diff before the first state after a join is part of that state.
  #presenceState(users) {
    this.#present = true;
    this.#setPresence(new Map(Object.entries(users).map(([id, {metas}]) => [id, metas])));
  }

  #presenceDiff({joins, leaves}) {
    if (!this.#present) return;
    const users = new Map(this.presence);
    const without = (id, {metas}) => (users.get(id) ?? []).filter(had => !metas.some(meta => meta.phx_ref === had.phx_ref));
    for (const [id, joined] of Object.entries(joins)) users.set(id, [...without(id, joined), ...joined.metas]);
    for (const [id, left] of Object.entries(leaves)) {
      const metas = without(id, left);
      if (metas.length) users.set(id, metas); else users.delete(id);
    }
    this.#setPresence(users);
  }

  #setPresence(users) {
    const before = this.presence;
    this.presence = users;
    for (const [id, metas] of users) if (!before.has(id)) this._emit('presence_join', id, metas);
    for (const [id, metas] of before) if (!users.has(id)) this._emit('presence_leave', id, metas);
    this._emit('presence', users);
  }
}

const evaluate = params => typeof params === 'function' ? params() : params;

// A payload as it is at the time of the call: JSON text, or a copy of the bytes.
function toBody(payload) {
  if (payload instanceof ArrayBuffer) return new Uint8Array(payload).slice();
  if (ArrayBuffer.isView(payload)) return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength).slice();
  return JSON.stringify(payload) ?? 'null';
}

// Phoenix's V2 serializer: [join_ref, ref, topic, event, payload], and for bytes 0, four lengths, four strings, the bytes.
function encode(joinRef, ref, topic, event, body) {
  if (typeof body === 'string') return `${JSON.stringify([joinRef, ref, topic, event]).slice(0, -1)},${body}]`;
  const parts = [joinRef, ref, topic, event].map(part => utf8.encode(part));
  const frame = new Uint8Array(parts.reduce((sum, {length}) => sum + length, 5 + body.length));
  frame.set([0, ...parts.map(({length}) => length)]);
  let at = 5;
  for (const part of [...parts, body]) {
    frame.set(part, at);
    at += part.length;
  }
  return frame;
}

// Bytes come as broadcasts only: 2, two lengths, topic, event, the bytes.
function decodeBinary(data) {
  const [kind, topic, event] = new Uint8Array(data, 0, 3);
  if (kind !== 2) return [];
  const text = (from, length) => fromUtf8.decode(new Uint8Array(data, from, length));
  return [null, null, text(3, topic), text(3 + topic, event), new Uint8Array(data, 3 + topic + event)];
}

// Where bytes are part of JSON they are {"$binary": base64}; the application sees a Uint8Array everywhere.
const decode = text => JSON.parse(text, text.includes('"$binary"') ? revive : undefined);

function revive(_, value) {
  if (typeof value?.$binary !== 'string' || Object.keys(value).length > 1) return value;
  try {
    return Uint8Array.from(atob(value.$binary), char => char.charCodeAt(0));
  } catch {
    return value;
  }
}
