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
  const hall = await link.join(room);
  const entries = Object.entries(hall.joined.state);
  if (entries.length !== history) throw fault('history', `${entries.length} entries came, expected ${history}`);
  entries.forEach(([seq, entry]) => check(seq, entry));
  await hall.until('presence', () => hall.members);
  if (!hall.members.some((id) => id.endsWith(user))) throw fault('presence', `${user} is not among the ${hall.members.length} members`);
  await link.orFail(new Promise((resolve) => setTimeout(resolve, stay)));
  await link.request(hall.joinRef, room, 'phx_leave', {});
  await hall.until('phx_close', () => hall.closed);
});

module.exports = { ...instance({ type: 'accumulative', rooms: { hall: {} } }, furnish), visit };
