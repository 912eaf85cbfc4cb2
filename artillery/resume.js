'use strict';

const { once } = require('node:events');
const { check, saying } = require('./chat');
const { Link, fault, scenario } = require('./frames');
const { instance, post } = require('./server');

/** The socket is lost without a close. */
async function lose(link) {
  link.forget();
  const lost = once(link.ws, 'close');
  link.ws.terminate();
  await lost;
}

/** A new socket to where the lost one was. */
async function reconnect(link, context) {
  const ws = new link.ws.constructor(link.ws.url);
  await once(ws, 'open');
  context.ws = ws;
  return new Link(ws, link.events);
}

/** Joins with a position; whatever the room has since then must come, each entry once, and among them those that were posted. */
async function resume(link, room, since, posted) {
  const missed = new Map();
  const joined = await link.join(room, {
    since,
    inform: (seq, entry) => {
      check(seq, entry);
      missed.set(Number(seq), entry.payload);
    },
  });
  if (!joined.reply.recovered) throw fault('not_recovered', `since ${since.seq}, and the room is at ${joined.reply.seq}`);
  await joined.until(`entry ${joined.reply.seq}`, () => joined.seq >= joined.reply.seq);
  link.events.emit('counter', 'resume.missed', joined.reply.seq - since.seq);
  link.events.emit('counter', 'resume.recovered', [...missed.keys()].filter((seq) => seq > since.seq && seq <= joined.reply.seq).length);
  for (const [seq, payload] of posted) {
    if (JSON.stringify(missed.get(seq)) !== JSON.stringify(payload)) throw fault('lost', `entry ${seq} is ${JSON.stringify(missed.get(seq))}`);
  }
  return joined;
}

/** What a back end sends, by the number that each message got. */
async function postAll(where, count, payload) {
  const posted = new Map();
  for (let i = 1; i <= count; i++) posted.set(await post(where, payload(i)), payload(i));
  return posted;
}

/** A user who loses the socket again and again, while a back end posts: nothing may be missing or doubled after. */
const lossy = scenario(async (first, { room, user, losses, missed, ...vars }, context) => {
  let link = first;
  try {
    let joined = await link.join(room, { inform: check });
    for (let loss = 1; loss <= losses; loss++) {
      const since = joined.position;
      await lose(link);
      const posted = await postAll({ ...vars, room }, missed, (i) => saying(user, loss * missed + i));
      const due = performance.now();
      link = await reconnect(link, context);
      joined = await resume(link, room, since, posted);
      link.events.emit('histogram', 'resume.back_ms', performance.now() - due);
      const seq = await joined.push(saying(user, loss), performance.now());
      await joined.until(`entry ${seq}`, () => joined.seq >= seq);
    }
  } finally {
    link.forget();
  }
});

module.exports = { ...instance({ type: 'accumulative', rooms: { general: {} } }), lossy };
