'use strict';

const { fault, scenario } = require('./frames');
const { instance } = require('./server');

/** Where a player stands at its nth step. */
const place = (user, n) => ({ user, n, x: ((n * 7) % 100) / 100, y: ((n * 13) % 100) / 100 });

/** A player who moves at a steady rate, and sees all others: never back in time, never at a place where they were not. */
const move = scenario(async (link, { room, user, steps, step_ms: pause }) => {
  const latest = new Map();
  const due = new Map();
  const inform = (key, value) => {
    if (value === null) return latest.delete(key);
    const { payload } = value;
    if (!key.endsWith(payload.user) || JSON.stringify(payload) !== JSON.stringify(place(payload.user, payload.n))) {
      throw fault('changed', `${key} is ${JSON.stringify(value)}`);
    }
    if (latest.get(key) >= payload.n) throw fault('back_in_time', `${key} is at step ${payload.n} after ${latest.get(key)}`);
    latest.set(key, payload.n);
    if (payload.user === user) link.events.emit('histogram', 'mycelium.delivery_ms', performance.now() - due.get(payload.n));
  };
  const field = await link.join(room, { gathered: true, inform });
  const own = () => [...latest].find(([key]) => key.endsWith(user))?.[1];
  await link.pace(steps, pause, async (n, at) => {
    due.set(n, at);
    const seq = await field.push(place(user, n), at);
    await field.until(`step ${n}`, () => own() >= n && field.seq >= seq);
  });
});

const field = (vars) => ({ type: 'collaborative', config: { patch_interval: vars.patch_interval_ms }, rooms: { field: {} } });

module.exports = { ...instance(field), move };
