'use strict';

const HEARTBEAT_MS = 30000;
const REPLY_TIMEOUT_MS = 10000;

/**
 * One user's messages: pushes them at their pace, waits for the reply to each, and times replies and deliveries
 * (those of its own messages, so that one clock measures both ends).
 */
function talk(context, events, done) {
  const { room, messages, pause_ms: pause } = context.vars;
  const user = Math.random().toString(36).slice(2);
  const sent = new Map();
  let ref = 1;
  let replies = 0;
  let finished = false;

  const finish = (error) => {
    if (finished) return;
    finished = true;
    clearInterval(talking);
    clearInterval(beating);
    clearTimeout(deadline);
    context.ws.onmessage = undefined;
    done(error);
  };
  const send = (topic, event, payload) => {
    ref += 1;
    context.ws.send(JSON.stringify([topic === 'phoenix' ? null : '1', String(ref), topic, event, payload]));
    return String(ref);
  };

  context.ws.onmessage = ({ data }) => {
    const [, replyTo, , event, payload] = JSON.parse(data);
    if (event === 'phx_reply' && sent.has(replyTo)) {
      events.emit('histogram', 'chat.reply_ms', performance.now() - sent.get(replyTo));
      sent.delete(replyTo);
      if (payload.status !== 'ok') {
        events.emit('error', `push_${payload.response.reason}`);
      }
      replies += 1;
      if (replies === messages) finish();
    } else if (event === 'msg') {
      for (const entry of Object.values(payload.data.state)) {
        events.emit('counter', 'chat.deliveries', 1);
        if (entry.payload.from === user) {
          events.emit('histogram', 'chat.delivery_ms', performance.now() - entry.payload.at);
        }
      }
    } else if (event === 'phx_error') {
      finish(new Error('phx_error'));
    }
  };

  let pushed = 0;
  const push = () => {
    if (pushed === messages) return;
    pushed += 1;
    const at = performance.now();
    sent.set(send(room, 'push', { from: user, at, message: 'hello' }), at);
  };
  push();
  const talking = setInterval(push, pause);
  const beating = setInterval(() => send('phoenix', 'heartbeat', {}), HEARTBEAT_MS);
  const deadline = setTimeout(() => finish(new Error('reply_timeout')), messages * pause + REPLY_TIMEOUT_MS);
}

module.exports = { talk };
