'use strict';

const { check, saying } = require('./chat');
const { fault, scenario } = require('./frames');
const { instance, post } = require('./server');

/** The room has a history, which everybody gets on join. */
async function furnish(vars) {
  for (let n = 1; n <= vars.history; n++) await post(vars, saying('the past', n));
}

/** A user who comes with all others, gets the whole history and is seen, stays a while, and leaves. */
const visit = scenario(async (link, { room, user, history, connectingAt, stay_ms: stay }) => {
  link.events.emit('histogram', 'mycelium.connect_ms', performance.now() - connectingAt);
  const joined = await link.join(room);
  const entries = Object.entries(joined.state);
  if (entries.length !== history) throw fault('history', `${entries.length} entries came, expected ${history}`);
  entries.forEach(([seq, entry]) => check(seq, entry));
  await joined.until('presence', () => joined.members);
  if (!joined.members.some((id) => id.endsWith(user))) throw fault('presence', `${user} is not among the ${joined.members.length} members`);
  await link.orFail(new Promise((resolve) => setTimeout(resolve, stay)));
  await link.request(joined.joinRef, room, 'phx_leave', {});
  await joined.until('phx_close', () => joined.closed);
});

module.exports = { ...instance({ type: 'accumulative', rooms: { hall: {} } }, furnish), visit };
