// ws, as in its README's broadcast: a set of sockets for each path, and each message is sent to all of the set, sender included.
// bufferutil is installed, as the README recommends.
const { WebSocket, WebSocketServer } = require('ws');

const rooms = new Map();
const server = new WebSocketServer({
  host: '127.0.0.1', port: +process.env.PORT, backlog: 4096, perMessageDeflate: false, maxPayload: 1 << 20, clientTracking: false,
});
server.on('connection', (socket, request) => {
  const name = request.url;
  if (!rooms.has(name)) rooms.set(name, new Set());
  const room = rooms.get(name);
  room.add(socket);
  socket.on('message', (message, binary) => {
    for (const other of room) if (other.readyState === WebSocket.OPEN) other.send(message, { binary });
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    room.delete(socket);
    if (room.size === 0) rooms.delete(name);
  });
});
