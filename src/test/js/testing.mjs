// What the test scripts share.
import assert from 'node:assert/strict';

const PATIENCE = 60_000;

/** What a test waits for, or an error that names it. */
export function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} did not come within ${PATIENCE} ms`)), PATIENCE);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Something that only the side which started this script can do. */
export const wish = path => fetch(process.env.MYCELIUM_CONTROL + path).then(async r => assert.equal(r.status, 200, await r.text()));

/** The next event of that name of a room or socket of mycelium.js for which the test holds: its values. */
export function next(emitter, event, test = () => true) {
  return within(event, new Promise(resolve => {
    const off = emitter.on(event, (...values) => {
      if (test(...values)) { off(); resolve(values); }
    });
  }));
}
