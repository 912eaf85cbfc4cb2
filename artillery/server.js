'use strict';
// What a scenario needs of the server besides its socket: an instance of its own, and REST. MYCELIUM_TOKEN is the token, where one is needed.

const { randomUUID } = require('node:crypto');

const authorization = () => (process.env.MYCELIUM_TOKEN ? { Authorization: `Bearer ${process.env.MYCELIUM_TOKEN}` } : {});

/** A REST request under /api/v1; anything but success is an error that says what was answered. */
async function rest(target, method, path, body) {
  const answer = await fetch(new URL(`/api/v1${path}`, target.replace(/^ws/, 'http')), {
    method,
    headers: { 'Content-Type': 'application/json', ...authorization() },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

/** Sends a message as a back end does; resolves with its sequence. */
async function post({ target, instance, room }, payload) {
  return (await rest(target, 'POST', `/instances/${instance}/rooms/${room}/messages`, { payload })).seq;
}

/**
 * The hooks of a scenario that needs this instance. `make` and `remove` run once, before and after all users; `socket` connects one user.
 * With a token, users come as guests, so that each of them still is a user of its own.
 */
function instance(spec, furnish = async () => {}) {
  return {
    make: async ({ vars }) => {
      vars.instance = `load-${randomUUID()}`;
      const { config, ...others } = typeof spec === 'function' ? spec(vars) : spec;
      const guests = process.env.MYCELIUM_TOKEN ? { guests: 'write' } : {};
      await rest(vars.target, 'POST', '/instances', { id: vars.instance, ...others, config: { ...config, ...guests } });
      await furnish(vars);
    },
    remove: ({ vars }, events, done) =>
      rest(vars.target, 'DELETE', `/instances/${vars.instance}`).then(() => done(), done),
    socket: (socket, { vars }, done) => {
      vars.user = randomUUID();
      vars.connectingAt = performance.now();
      socket.target = `${vars.target.replace(/^http/, 'ws')}/socket/${vars.instance}/websocket?vsn=2.0.0&userId=${vars.user}`;
      done();
    },
  };
}

/** For Artillery's own HTTP requests. */
function authorize(request, context, events, done) {
  request.headers = { ...request.headers, ...authorization() };
  done();
}

module.exports = { authorize, instance, post };
