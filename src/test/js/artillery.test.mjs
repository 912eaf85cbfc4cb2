// The scenarios of artillery/ against a running Mycelium, without Artillery: they pass with it, and each fails with one that breaks what
// the scenario checks. ArtilleryTest starts the server and gives its address in MYCELIUM_URL.
import assert from 'node:assert/strict';
import {EventEmitter, once} from 'node:events';
import {test} from 'node:test';
import WebSocket from 'ws';
import chat from '../../../artillery/chat.js';
import drawing from '../../../artillery/drawing.js';
import joinStorm from '../../../artillery/join-storm.js';
import movement from '../../../artillery/movement.js';
import resume from '../../../artillery/resume.js';

const USERS = 3;
const chatting = {room: 'general', messages: 5, pause_ms: 10};
const painting = {room: 'board', strokes: 2, parts: 3, pause_ms: 10};
const moving = {room: 'field', steps: 20, step_ms: 10, patch_interval_ms: 20};
const losing = {room: 'general', losses: 2, missed: 3};

/** What Artillery does with a scenario: makes its instance, runs its users at once, removes the instance. Resolves with the counters. */
async function run({make, remove, socket, ...functions}, variables, meddle) {
  const act = Object.values(functions).find(({constructor}) => constructor.name === 'AsyncFunction');
  const target = process.env.MYCELIUM_URL.replace(/^ws/, 'http'), counters = {}, events = new EventEmitter();
  events.on('counter', (name, n) => { counters[name] = (counters[name] ?? 0) + n; });
  const hook = {vars: {target, ...variables}};
  await make(hook);
  try {
    await Promise.all(Array.from({length: USERS}, () => user(socket, act, {...hook.vars}, events, meddle)));
  } finally {
    await new Promise((resolve, reject) => { remove(hook, events, error => error ? reject(error) : resolve()); });
  }
  return counters;
}

async function user(socket, act, vars, events, meddle) {
  const context = {vars}, args = {};
  await new Promise(resolve => { socket(args, context, resolve); });
  context.ws = new (meddle ? meddled(meddle) : WebSocket)(args.target);
  await once(context.ws, 'open');
  try { await act(context, events); } finally { context.ws.terminate(); }
}

/** A socket of which `meddle()` makes a function from each message that came to those that are read. */
const meddled = meddle => class extends WebSocket {
  #meddle = meddle();
  set onmessage(read) { super.onmessage = read && (({data}) => { for (const each of this.#meddle(data)) read({data: each}); }); }
};

const is = event => data => JSON.parse(data)[3] === event;
const isPushReply = data => /"phx_reply".*"response":\{"seq":\d+\}/.test(data);

/** Meddles with one message of each socket, the nth of this kind. */
const atNth = (n, test, change) => () => {
  let seen = 0;
  return data => test(data) && ++seen === n ? change(data) : [data];
};

/** Meddles with the first message that a resumed room gets. */
const atResume = change => () => {
  let recovered = false, done = false;
  return data => {
    recovered ||= data.includes('"recovered":true');
    if (!recovered || done || !is('msg')(data)) return [data];
    done = true;
    return change(data);
  };
};

const fails = (scenario, variables, meddle, code) => assert.rejects(run(scenario, variables, meddle), {code});

test('a chat', async () => {
  const counters = await run(chat, chatting);
  assert.equal(counters['mycelium.joins'], USERS);
  assert.ok(counters['mycelium.deliveries'] >= USERS * chatting.messages);
});

test('a chat fails if a message is lost, doubled, changed, misnumbered or refused', async () => {
  await fails(chat, chatting, atNth(3, is('msg'), () => []), 'gap');
  await fails(chat, chatting, atNth(3, is('msg'), data => [data, data]), 'double');
  await fails(chat, chatting, atNth(3, is('msg'), data => [data.replace('mycelium', 'Mycelium').replace('tree', 'bush')]), 'changed');
  await fails(chat, chatting, atNth(2, isPushReply, data => [data.replace(/"seq":\d+/, '"seq":0')]), 'misnumbered');
  await fails(chat, chatting, atNth(2, isPushReply, data => [data.replace('"ok"', '"error"').replace('"response":{', '$&"reason":"rate_limited",')]), 'push_rate_limited');
});

test('a drawing', async () => {
  const counters = await run(drawing, painting);
  assert.equal(counters['mycelium.joins'], 2 * USERS);
  assert.ok(counters['mycelium.deliveries'] >= USERS * painting.strokes * painting.parts);
});

test('a drawing fails if a change is lost or changed, or if the picture in the end is another', async () => {
  await fails(drawing, painting, atNth(3, is('msg'), () => []), 'gap');
  await fails(drawing, painting, atNth(3, is('msg'), data => [data.replace('green', 'red')]), 'changed');
  await fails(drawing, painting, atNth(2, is('state'), data => [data.replace('green', 'red')]), 'differs');
});

test('movement', async () => {
  const counters = await run(movement, moving);
  assert.ok(counters['mycelium.deliveries'] > 0);
});

test('movement fails if a player is where it was before, or where it never was', async () => {
  await fails(movement, moving, atNth(1, is('msg'), data => [data, data.replace(/"seq":(\d+)}\]$/, (_, seq) => `"seq":${Number(seq) + 1}}]`)]), 'back_in_time');
  await fails(movement, moving, atNth(1, is('msg'), data => [data.replace(/"x":/, '"x":1')]), 'changed');
});

test('a resume', async () => {
  const counters = await run(resume, losing);
  assert.equal(counters['resume.recovered'], counters['resume.missed']);
  assert.ok(counters['resume.missed'] >= USERS * losing.losses * losing.missed);
});

test('a resume fails if what was missed is lost, doubled or not recovered', async () => {
  await fails(resume, losing, atResume(() => []), 'gap');
  await fails(resume, losing, atResume(data => [data, data]), 'double');
  await fails(resume, losing, () => data => [data.replace('"recovered":true', '"recovered":false')], 'not_recovered');
});

test('a join storm', async () => {
  assert.equal((await run(joinStorm, {room: 'hall', history: 4, stay_ms: 10}))['mycelium.joins'], USERS);
});

test('a join storm fails if the history is short, or if nobody sees who came', async () => {
  const storm = {room: 'hall', history: 4, stay_ms: 10};
  await fails(joinStorm, storm, atNth(1, is('state'), data => [data.replace(/"1":\{.*?\},"2"/, '"2"')]), 'history');
  await fails(joinStorm, storm, atNth(1, is('presence_state'), data => [data.replace(/\{.*\}/, '{}')]), 'presence');
});
