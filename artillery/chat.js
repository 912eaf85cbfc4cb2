'use strict';

const { fault, scenario } = require('./frames');
const { instance } = require('./server');

const WORDS = ['mycelium', 'carries', 'what', 'one', 'tree', 'tells', 'another'];

/** What a user says the nth time: whoever reads it can tell whether it is what was said. */
const saying = (from, n) => ({ from, n, text: Array.from({ length: 3 + (n % 8) }, (_, i) => WORDS[(n + i) % WORDS.length]).join(' ') });

/** Fails unless this entry is what its author said. */
function check(seq, { payload }) {
  if (JSON.stringify(payload) !== JSON.stringify(saying(payload.from, payload.n))) throw fault('changed', `entry ${seq} is ${JSON.stringify(payload)}`);
}

/** A user who says something at a steady pace, and reads what all say: each message once, in order, unchanged, and its own under the number of the reply. */
const chat = scenario(async (link, { room, user, messages, pause_ms: pause }) => {
  const said = new Map();
  const read = new Map();
  const joined = await link.join(room, {
    inform: (seq, entry) => {
      check(seq, entry);
      const { from, n } = entry.payload;
      if (from !== user) return;
      link.events.emit('histogram', 'mycelium.delivery_ms', performance.now() - said.get(n));
      read.set(n, Number(seq));
    },
  });
  await link.pace(messages, pause, async (n, due) => {
    said.set(n, due);
    const seq = await joined.push(saying(user, n), due);
    await joined.until(`message ${n}`, () => read.has(n));
    if (read.get(n) !== seq) throw fault('misnumbered', `message ${n} has the number ${read.get(n)}, but its reply says ${seq}`);
  });
});

module.exports = { ...instance({ type: 'accumulative', rooms: { general: {} } }), chat, check, saying };
