// uWebSockets.js: a topic for each path, published by the app, so that the sender gets it too. The npm package is a build of it that the
// Truffle project published; uWebSockets.js itself is not in the registry.
const uws = require('@trufflesuite/uws-js-unofficial');

const app = uws.App().ws('/*', {
  compression: uws.DISABLED,
  maxPayloadLength: 1 << 20,
  maxBackpressure: 64 << 20,
  idleTimeout: 120,
  upgrade(response, request, context) {
    response.upgrade(
      { room: request.getUrl() },
      request.getHeader('sec-websocket-key'),
      request.getHeader('sec-websocket-protocol'),
      request.getHeader('sec-websocket-extensions'),
      context,
    );
  },
  open(socket) { socket.subscribe(socket.room); },
  message(socket, message, isBinary) { app.publish(socket.room, message, isBinary); },
});
app.listen('127.0.0.1', +process.env.PORT, (listening) => { if (!listening) process.exit(1); });
