// Bun's own publish (uWebSockets underneath): a topic for each path, and what a socket sends goes to all of its topic, itself included.
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: +process.env.PORT,
  fetch(request, server) {
    const room = new URL(request.url).pathname;
    return server.upgrade(request, { data: room }) ? undefined : new Response('a WebSocket is expected', { status: 426 });
  },
  websocket: {
    perMessageDeflate: false,
    maxPayloadLength: 1 << 20,
    backpressureLimit: 64 << 20,
    idleTimeout: 120,
    open(socket) { socket.subscribe(socket.data); },
    message(socket, message) { server.publish(socket.data, message); },
  },
});
