// clients/js/mycelium.js against a WebSocket that this script plays the server of: what cannot be brought about at will on a real one.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {copyFile, mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {mock, test} from 'node:test';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {connect} from '../../../clients/js/mycelium.js';

let sockets;
let random;

class Wire {
  constructor(url, protocols) {
    this.url = new URL(url);
    this.protocols = protocols;
    this.sent = [];
    sockets.push(this);
  }

  send(frame) { this.sent.push(typeof frame === 'string' ? JSON.parse(frame) : frame); }
  close(code) { this.closed = code; }
  open() { this.onopen(); return this; }
  receive(...frame) { this.onmessage({data: JSON.stringify(frame)}); }
  lose(code = 1006, reason = '') { this.onclose({code, reason}); }
  last(event) { return this.sent.findLast(frame => frame[3] === event); }
  all(event) { return this.sent.filter(frame => frame[3] === event); }
  reply([joinRef, ref, topic], response, status = 'ok') { this.receive(joinRef, ref, topic, 'phx_reply', {status, response}); }
  msg(seq, ...more) {
    const state = Object.fromEntries([seq, ...more].map(n => [n, {user: {id: 'bob'}, payload: n, at: 0}]));
    this.receive(null, null, 'general', 'msg', {data: {type: 'accumulative', state}, seq: Math.max(seq, ...more)});
  }
}

// Timers do not run but are played; each test begins with a socket that has joined a room whose last entry is number 5.
function start(t, options = {}) {
  mock.timers.enable({apis: ['setTimeout']});
  random = 1;
  mock.method(Math, 'random', () => random);
  t.after(() => mock.reset());
  sockets = [];
  const socket = connect('http://server/socket/chat', {WebSocket: Wire, params: {userId: 'ada'}, ...options});
  t.after(() => socket.close());
  const room = socket.join('general', {params: {meta: {color: 'red'}}});
  const seen = [];
  room.on('state', ({seq}) => seen.push(`state ${seq}`));
  room.on('msg', ({seq}) => seen.push(seq));
  return {socket, room, seen};
}

function joined(t, options) {
  const all = start(t, options);
  admit(sockets[0].open(), {seq: 5, epoch: 'e'});
  sockets[0].receive(sockets[0].last('phx_join')[0], null, 'general', 'state', {data: {type: 'accumulative', state: {}}, seq: 5, epoch: 'e'});
  return all;
}

const admit = (wire, response) => wire.reply(wire.last('phx_join'), response);
const settled = promise => promise.then(value => ({value}), error => ({error}));
const tick = ms => mock.timers.tick(ms);
const microtasks = () => new Promise(resolve => setImmediate(resolve));

test('it is small', async () => {
  const source = await readFile(new URL('../../../clients/js/mycelium.js', import.meta.url));
  const bytes = gzipSync(source, {level: 9}).length;
  assert.ok(bytes < 6000, `mycelium.js has ${bytes} bytes as gzip, expected less than 6000`);
  assert.doesNotMatch(source.toString(), /^import /m);
});

test('its npm package is imported by name, and its types let pass what is right and nothing else', async t => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'mycelium-'));
  t.after(() => rm(folder, {recursive: true}));
  const run = (...command) => {
    try {
      return execFileSync(command[0], command.slice(1), {cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe']});
    } catch ({stdout, stderr}) {
      return assert.fail(`${command.join(' ')}: ${stdout}${stderr}`);
    }
  };
  const [{filename, files}] = JSON.parse(run('npm', 'pack', '--json', '--offline', '--pack-destination', folder, join(here, '../../../clients/js')));
  assert.deepEqual(files.map(({path}) => path).sort(), ['README.md', 'mycelium.d.ts', 'mycelium.js', 'package.json']);
  const installed = join(folder, 'node_modules/mycelium-client');
  await mkdir(installed, {recursive: true});
  run('tar', 'xzf', filename, '--strip-components=1', '-C', installed);
  await writeFile(join(folder, 'package.json'), '{"type": "module"}');
  const exported = "import('mycelium-client').then(it => console.log(Object.keys(it).join()))";
  assert.equal(run(process.execPath, '-e', exported), 'MyceliumError,connect\n');
  await copyFile(join(here, 'sample.ts'), join(folder, 'sample.ts'));
  const tsc = [process.execPath, join(here, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--target', 'es2022', '--lib', 'es2022,dom'];
  for (const module of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) run(...tsc, '--module', module[0], '--moduleResolution', module[1], 'sample.ts');
});

test('it asks for the V2 serializer, with the parameters, and for a token on each connect', async t => {
  let tokens = 0;
  const {socket} = start(t, {token: async () => `t${++tokens}`, params: () => ({userId: 'ada', n: String(tokens)})});
  await microtasks();
  assert.equal(sockets[0].url.href, 'ws://server/socket/chat?userId=ada&n=0&vsn=2.0.0');
  assert.deepEqual(sockets[0].protocols, ['phoenix', 'base64url.bearer.phx.dDE']);
  sockets[0].open().lose();
  tick(1000);
  await microtasks();
  assert.deepEqual(sockets[1].protocols, ['phoenix', 'base64url.bearer.phx.dDI']);
  assert.equal(sockets[1].url.searchParams.get('n'), '1');
  socket.close();
});

test('a token that cannot be had is a failed connect: it is asked for again', async t => {
  let tokens = 0;
  const {socket} = start(t, {token: async () => { if (!tokens++) throw new Error('offline'); return 'second'; }});
  const seen = [];
  socket.on('status', (status, {reason, error}) => seen.push([status, reason, error?.message]));
  await microtasks();
  assert.deepEqual(seen, [['reconnecting', 'failed', 'offline']]);
  tick(1000);
  await microtasks();
  assert.deepEqual(sockets[0].protocols, ['phoenix', 'base64url.bearer.phx.c2Vjb25k']);
});

// What the probe of a refused upgrade is answered.
function probed(t, answer) {
  const asked = [];
  mock.method(globalThis, 'fetch', async (url, {headers}) => {
    asked.push([url, headers.authorization]);
    return answer();
  });
  return asked;
}

test('a token that the server refuses ends the socket, with an error that says so', async t => {
  const {socket, room} = start(t, {token: () => 't'});
  const asked = probed(t, () => ({status: 401}));
  const left = settled(room.joined);
  await microtasks();
  sockets[0].lose();
  await microtasks();
  assert.deepEqual(asked, [['http://server/api/v1/types', 'Bearer t']]);
  assert.equal(socket.status, 'closed');
  assert.equal((await left).error.reason, 'unauthorized');
  tick(100_000);
  await microtasks();
  assert.equal(sockets.length, 1);
});

test('an upgrade that failed for another reason is tried again, with a new token', async t => {
  const answers = [() => { throw new TypeError('no network'); }, () => ({status: 200}), () => ({status: 503})];
  let tokens = 0;
  const {socket} = start(t, {token: () => `t${++tokens}`});
  probed(t, () => answers.shift()());
  for (let i = 0; i < 3; i++) {
    await microtasks();
    sockets[i].lose();
    await microtasks();
    assert.equal(socket.status, 'reconnecting');
    tick(30_000);
  }
  await microtasks();
  assert.equal(sockets.length, 4);
  assert.deepEqual(sockets[3].protocols, ['phoenix', 'base64url.bearer.phx.dDQ']);
});

test('before its token expires the socket brings another, and stays open where it cannot', async t => {
  let tokens = 0;
  const {socket} = start(t, {token: async () => { if (++tokens === 3) throw new Error('offline'); return `t${tokens}`; }});
  await microtasks();
  sockets[0].open();
  for (let i = 0; i < 2; i++) {
    sockets[0].receive(null, null, 'phoenix', 'token_expiring', {in: 60_000});
    await microtasks();
  }
  assert.deepEqual(sockets[0].all('access_token').map(([joinRef, , topic, , payload]) => [joinRef, topic, payload]), [[null, 'phoenix', {access_token: 't2'}]]);
  assert.equal(tokens, 3);
  assert.equal(socket.status, 'open');
});

test('a socket whose token has expired or was revoked connects with another one, or ends where there is none', async t => {
  for (const [code, reason] of [[4001, 'token_expired'], [4003, 'token_revoked']]) {
    const {socket} = start(t, {token: () => 't'});
    await microtasks();
    sockets[0].open().lose(code, reason);
    assert.equal(socket.status, 'reconnecting');
    socket.close();
    mock.reset();
    const without = start(t).socket;
    const left = settled(without.join('other').joined);
    sockets[0].open().lose(code, reason);
    assert.equal(without.status, 'closed');
    assert.equal((await left).error.reason, reason);
    mock.reset();
  }
});

test('reconnects wait between nothing and twice as long each time, up to the cap, until a connection lived through a heartbeat', t => {
  const {socket} = start(t, {backoff: {base: 1000, cap: 5000}});
  const delays = [];
  socket.on('status', (status, {delay}) => status === 'reconnecting' && delays.push(delay));
  for (const [i, r] of [1, 1, 0.5, 1, 0].entries()) {
    random = r;
    sockets[i].lose();
    if (delays[i]) { tick(delays[i] - 1); assert.equal(sockets.length, i + 1); }
    tick(1);
    assert.equal(sockets.length, i + 2);
  }
  assert.deepEqual(delays, [1000, 2000, 2000, 5000, 0]);
  random = 1;
  const alive = sockets.at(-1).open();
  alive.reply(alive.last('heartbeat'), {});
  alive.lose();
  assert.equal(delays.at(-1), 1000);
});

test("the server's hint is waited for once, whatever the back-off says", t => {
  const {socket} = joined(t);
  const delays = [];
  socket.on('status', (status, {delay}) => status === 'reconnecting' && delays.push(delay));
  sockets[0].receive(null, null, 'phoenix', 'reconnect', {delay: 4321});
  sockets[0].lose(1001, 'going_away');
  tick(4320);
  assert.equal(sockets.length, 1);
  tick(1);
  sockets[1].lose();
  assert.deepEqual(delays, [4321, 1000]);
});

test('a connection on which nothing came between two heartbeats is given up, closed or not', t => {
  const {socket} = joined(t, {heartbeat: 10_000});
  const wire = sockets[0];
  wire.reply(wire.last('heartbeat'), {});
  tick(10_000);
  wire.msg(6);
  tick(10_000);
  assert.equal(wire.all('heartbeat').length, 3);
  assert.equal(socket.status, 'open');
  tick(10_000);
  assert.equal(socket.status, 'reconnecting');
  assert.equal(wire.closed, 1000);
  assert.equal(wire.onmessage, null);
});

test('a connect that hangs is given up', t => {
  const {socket} = start(t, {timeout: 3000});
  sockets[0].terminate = () => { sockets[0].terminated = true; };
  tick(3000);
  assert.equal(socket.status, 'reconnecting');
  assert.ok(sockets[0].terminated);
});

test('a browser that comes online does not wait out its back-off, but a hint it does', t => {
  const handlers = new Set();
  Object.assign(globalThis, {addEventListener: (_, f) => handlers.add(f), removeEventListener: (_, f) => handlers.delete(f)});
  t.after(() => { delete globalThis.addEventListener; delete globalThis.removeEventListener; });
  const online = () => handlers.forEach(f => f());
  const {socket} = joined(t);
  online();
  assert.equal(sockets.length, 1);
  sockets[0].lose();
  online();
  online();
  assert.equal(sockets.length, 2);
  sockets[1].open().receive(null, null, 'phoenix', 'reconnect', {delay: 50});
  sockets[1].lose(1001);
  online();
  assert.equal(sockets.length, 2);
  tick(50);
  assert.equal(sockets.length, 3);
  socket.close();
  assert.equal(handlers.size, 0);
});

test('a socket that is closed while its token is fetched opens nothing', async t => {
  let give;
  const {socket} = start(t, {token: () => new Promise(resolve => { give = resolve; })});
  socket.close();
  give('late');
  await microtasks();
  assert.equal(sockets.length, 0);
});

test('after a reconnect the room is joined with its position, and what was missed is seen once and in order', t => {
  const {room, seen} = joined(t);
  assert.deepEqual(sockets[0].last('phx_join')[4], {meta: {color: 'red'}});
  sockets[0].msg(6);
  sockets[0].lose();
  tick(1000);
  const wire = sockets[1].open();
  assert.deepEqual(wire.last('phx_join')[4], {meta: {color: 'red'}, since: {seq: 6, epoch: 'e'}});
  admit(wire, {seq: 8, epoch: 'e', recovered: true});
  for (const seq of [7, 7, 8, 6, 9]) wire.msg(seq);
  assert.deepEqual(seen, ['state 5', 6, 7, 8, 9]);
  assert.deepEqual(room.position, {seq: 9, epoch: 'e'});
});

test('a connection that is lost among the missed messages is resumed from the last that came', t => {
  joined(t);
  sockets[0].lose();
  tick(1000);
  admit(sockets[1].open(), {seq: 9, epoch: 'e', recovered: true});
  sockets[1].msg(6);
  sockets[1].lose();
  tick(2000);
  assert.deepEqual(sockets[2].open().last('phx_join')[4].since, {seq: 6, epoch: 'e'});
});

test('where it could not be recovered the whole state comes, with a position of its own', t => {
  const {room, seen} = joined(t);
  sockets[0].lose();
  tick(1000);
  const wire = sockets[1].open();
  admit(wire, {seq: 2, epoch: 'f', recovered: false});
  wire.receive(wire.last('phx_join')[0], null, 'general', 'state', {data: {type: 'accumulative', state: {}}, seq: 2, epoch: 'f'});
  wire.msg(3);
  assert.deepEqual(seen, ['state 5', 'state 2', 3]);
  assert.deepEqual(room.position, {seq: 3, epoch: 'f'});
});

test('a state that was announced and did not come is asked for on the next connection', t => {
  const {seen} = joined(t);
  sockets[0].lose();
  tick(1000);
  admit(sockets[1].open(), {seq: 9, epoch: 'f', recovered: false});
  sockets[1].msg(10);
  sockets[1].lose();
  tick(2000);
  assert.equal(sockets[2].open().last('phx_join')[4].since, undefined);
  assert.deepEqual(seen, ['state 5']);
});

test('a position that was kept is joined with', t => {
  const {socket} = joined(t);
  const room = socket.join('other', {since: {seq: 3, epoch: 'x'}, params: () => ({a: 1})});
  assert.deepEqual(sockets[0].last('phx_join')[4], {a: 1, since: {seq: 3, epoch: 'x'}});
  assert.deepEqual(room.position, {seq: 3, epoch: 'x'});
});

test('a gap that cannot be is not shown: the room is left and joined again from its position', t => {
  const {seen} = joined(t);
  const wire = sockets[0];
  const first = wire.last('phx_join')[0];
  wire.msg(7);
  assert.deepEqual(wire.last('phx_leave'), [first, wire.last('phx_leave')[1], 'general', 'phx_leave', {}]);
  wire.receive(first, first, 'general', 'phx_close', {});
  wire.msg(8);
  assert.equal(wire.all('phx_leave').length, 1);
  tick(1000);
  assert.deepEqual(wire.last('phx_join')[4].since, {seq: 5, epoch: 'e'});
  admit(wire, {seq: 7, epoch: 'e', recovered: true});
  wire.msg(6);
  wire.msg(7);
  assert.deepEqual(seen, ['state 5', 6, 7]);
});

test('a message of a patch interval covers several entries', t => {
  const {room, seen} = joined(t);
  sockets[0].receive(null, null, 'general', 'msg', {data: {type: 'shared', state: {a: 1}}, seq: 9});
  assert.deepEqual(seen, ['state 5', 9]);
  assert.equal(room.position.seq, 9);
});

test('a handler that throws costs no message', t => {
  const thrown = [];
  const {room, seen} = joined(t);
  mock.method(globalThis, 'queueMicrotask', task => { try { task(); } catch (error) { thrown.push(error.message); } });
  const off = room.on('msg', () => { throw new Error('mine'); });
  sockets[0].msg(6);
  off();
  sockets[0].msg(7);
  assert.deepEqual(thrown, ['mine']);
  assert.deepEqual(seen, ['state 5', 6, 7]);
});

test('a push that was under way when the connection was lost is refused, one that had not been sent goes out later', async t => {
  const {room} = joined(t);
  const underWay = settled(room.push('one'));
  sockets[0].lose();
  const waiting = settled(room.push('two'));
  assert.deepEqual([(await underWay).error.reason, (await underWay).error.retryable], ['disconnected', true]);
  tick(1000);
  const wire = sockets[1].open();
  assert.equal(wire.all('push').length, 0);
  admit(wire, {seq: 5, epoch: 'e', recovered: true});
  assert.equal(wire.last('push')[4], 'two');
  wire.reply(wire.last('push'), {seq: 6});
  assert.deepEqual((await waiting).value, {seq: 6});
});

test('a push that is not answered in time is refused', async t => {
  const {room} = joined(t, {timeout: 3000});
  const push = settled(room.push('one', {timeout: 200}));
  tick(200);
  assert.equal((await push).error.reason, 'timeout');
});

test('pushOnce sends the same keys again, in order, until they are answered', async t => {
  const {room} = joined(t);
  const acks = [room.pushOnce('a'), room.pushOnce('b'), room.pushOnce('c', {key: 'mine'})];
  const first = sockets[0].all('push_once').map(frame => frame[4]);
  assert.deepEqual(first.map(({data}) => data), ['a', 'b', 'c']);
  assert.equal(new Set(first.map(({key}) => key)).size, 3);
  assert.ok(first.every(({key}) => key.length <= 128));
  assert.equal(first[2].key, 'mine');
  sockets[0].reply(sockets[0].all('push_once')[0], {seq: 6});
  sockets[0].lose();
  tick(1000);
  const wire = sockets[1].open();
  admit(wire, {seq: 7, epoch: 'e', recovered: true});
  assert.deepEqual(wire.all('push_once').map(frame => frame[4]), first.slice(1));
  wire.reply(wire.all('push_once')[0], {seq: 7, duplicate: true});
  wire.reply(wire.all('push_once')[1], {reason: 'overloaded', message: 'later', retryable: true}, 'error');
  const later = room.pushOnce('d');
  assert.equal(wire.all('push_once').length, 2);
  tick(1000);
  assert.deepEqual(wire.all('push_once').slice(2).map(frame => frame[4].data), ['c', 'd']);
  wire.reply(wire.all('push_once')[2], {seq: 8});
  wire.reply(wire.all('push_once')[3], {reason: 'invalid_payload', message: 'no', retryable: undefined}, 'error');
  assert.deepEqual(await Promise.all(acks), [{seq: 6}, {seq: 7, duplicate: true}, {seq: 8}]);
  assert.equal((await settled(later)).error.reason, 'invalid_payload');
});

test('no more pushes are under way than the server takes', async t => {
  const {room} = joined(t, {maxPending: 300});
  const acks = Array.from({length: 300}, (_, i) => room.pushOnce(i));
  assert.equal((await settled(room.pushOnce('more'))).error.reason, 'overloaded');
  const wire = sockets[0];
  assert.equal(wire.all('push_once').length, 256);
  for (let i = 0; i < 300; i++) wire.reply(wire.all('push_once')[i], {seq: i});
  assert.deepEqual((await Promise.all(acks)).map(({seq}) => seq), Array.from({length: 300}, (_, i) => i));
});

test('pushes that were refused for now wait once for all of them', t => {
  const {room} = joined(t);
  const wire = sockets[0];
  settled(room.pushOnce('a'));
  settled(room.pushOnce('b'));
  for (const frame of wire.all('push_once')) wire.reply(frame, {reason: 'overloaded', message: 'later', retryable: true}, 'error');
  tick(999);
  assert.equal(wire.all('push_once').length, 2);
  tick(1);
  assert.deepEqual(wire.all('push_once').slice(2).map(frame => frame[4].data), ['a', 'b']);
});

test('large pushes wait for each other', t => {
  const {room} = joined(t);
  for (let i = 0; i < 3; i++) settled(room.pushOnce('x'.repeat(600_000)));
  assert.equal(sockets[0].all('push_once').length, 2);
  sockets[0].reply(sockets[0].all('push_once')[0], {seq: 6});
  assert.equal(sockets[0].all('push_once').length, 3);
});

test('bytes go out as they were at the call, in a V2 binary push', t => {
  const {room} = start(t);
  const bytes = Uint8Array.of(1, 2, 3);
  settled(room.push(bytes));
  settled(room.push(bytes.buffer));
  bytes.fill(9);
  const wire = sockets[0].open();
  admit(wire, {seq: 0, epoch: 'e'});
  const [joinRef] = wire.last('phx_join');
  for (const frame of wire.sent.filter(frame => frame instanceof Uint8Array)) {
    const strings = Buffer.from(`${joinRef}${frame[5 + joinRef.length] - 48}generalpush`);
    assert.deepEqual(Buffer.from(frame), Buffer.from([0, 1, 1, 7, 4, ...strings, 1, 2, 3]));
  }
  assert.equal(wire.sent.filter(frame => frame instanceof Uint8Array).length, 2);
});

test('presence is what the last state and the diffs behind it say', t => {
  const {room} = joined(t);
  const wire = sockets[0];
  const log = [];
  room.on('presence_join', (id, metas) => log.push(`+${id} ${metas.length}`));
  room.on('presence_leave', id => log.push(`-${id}`));
  const metas = (...refs) => ({metas: refs.map(ref => ({phx_ref: ref}))});
  const diff = (joins, leaves) => wire.receive(null, null, 'general', 'presence_diff', {joins, leaves});
  diff({early: metas('0')}, {});
  wire.receive(null, null, 'general', 'presence_state', {ada: metas('1'), bob: metas('2', '3')});
  diff({ada: metas('1'), eve: metas('4')}, {bob: metas('2')});
  assert.deepEqual([...room.presence], [['ada', metas('1').metas], ['bob', metas('3').metas], ['eve', metas('4').metas]]);
  diff({}, {bob: metas('3'), nobody: metas('9')});
  wire.lose();
  assert.deepEqual([...room.presence.keys()], ['ada', 'eve']);
  tick(1000);
  const again = sockets[1].open();
  admit(again, {seq: 5, epoch: 'e', recovered: true});
  again.receive(null, null, 'general', 'presence_state', {eve: metas('7'), dan: metas('8')});
  assert.deepEqual(log, ['+ada 1', '+bob 2', '+eve 1', '-bob', '+dan 1', '-ada']);
});

test('a message over which the server closes is refused, the others are sent again', async t => {
  const {room} = joined(t);
  const small = settled(room.pushOnce('small'));
  const large = settled(room.pushOnce('x'.repeat(1000)));
  sockets[0].lose(1009, 'message_too_large');
  assert.equal((await large).error.reason, 'message_too_large');
  tick(1000);
  const wire = sockets[1].open();
  admit(wire, {seq: 5, epoch: 'e', recovered: true});
  assert.deepEqual(wire.all('push_once').map(frame => frame[4].data), ['small']);
  wire.reply(wire.last('push_once'), {seq: 6});
  assert.deepEqual((await small).value, {seq: 6});
});

test('what cannot be JSON is refused at once, and bytes are not pushed once', async t => {
  const {room} = joined(t);
  assert.ok((await settled(room.push(1n))).error instanceof TypeError);
  assert.ok((await settled(room.pushOnce(new Uint8Array(1)))).error instanceof TypeError);
});

test('a join that is refused for now is tried again, one that is refused for good is not', async t => {
  const {socket, room} = start(t);
  const errors = [];
  room.on('error', ({reason}) => errors.push(reason));
  const wire = sockets[0].open();
  wire.reply(wire.last('phx_join'), {reason: 'instance_restarting', message: '', retryable: true}, 'error');
  tick(1000);
  assert.equal(wire.all('phx_join').length, 2);
  admit(wire, {seq: 0, epoch: 'e'});
  assert.equal(room.status, 'joined');
  assert.deepEqual(errors, ['instance_restarting']);
  const other = socket.join('other');
  wire.reply(wire.last('phx_join'), {reason: 'unknown_room', message: 'no'}, 'error');
  assert.equal((await settled(other.joined)).error.reason, 'unknown_room');
  tick(60_000);
  assert.equal(wire.all('phx_join').length, 3);
});

test('a join that is not answered is sent again, and the answer to the first is no longer one', t => {
  const {room} = start(t, {timeout: 3000});
  const wire = sockets[0].open();
  tick(3000);
  const [first, second] = wire.all('phx_join');
  wire.reply(first, {seq: 1, epoch: 'e'});
  assert.equal(room.status, 'joining');
  wire.reply(second, {seq: 1, epoch: 'e'});
  assert.equal(room.status, 'joined');
});

test('history asks for what it is given', async t => {
  const {room} = joined(t);
  const answer = room.history({before: 5, limit: 2});
  assert.deepEqual(sockets[0].last('history')[4], {before: 5, limit: 2});
  sockets[0].reply(sockets[0].last('history'), {entries: [], more: false});
  assert.deepEqual(await answer, {entries: [], more: false});
});

test('bytes within JSON come as bytes; what only looks like them stays as it is', t => {
  const {room} = joined(t);
  const got = [];
  room.on('thing', value => got.push(value));
  sockets[0].receive(null, null, 'general', 'thing', {a: {$binary: 'AQID'}, b: {$binary: '%'}, c: {$binary: 'AQID', d: 1}});
  assert.deepEqual(got, [{a: Uint8Array.of(1, 2, 3), b: {$binary: '%'}, c: {$binary: 'AQID', d: 1}}]);
});

test('entries that the server dropped are told and passed over, and not asked for again', t => {
  const {room, seen} = joined(t);
  const dropped = [];
  room.on('dropped', range => dropped.push(range));
  const [joinRef] = sockets[0].last('phx_join');
  sockets[0].receive(joinRef, null, 'general', 'dropped', {from: 6, to: 19});
  sockets[0].msg(20);
  assert.deepEqual(dropped, [{from: 6, to: 19}]);
  assert.deepEqual(seen, ['state 5', 20]);
  assert.deepEqual(room.position, {seq: 20, epoch: 'e'});
  assert.equal(sockets[0].all('phx_leave').length, 0);
  assert.equal(sockets[0].all('phx_join').length, 1);
});
