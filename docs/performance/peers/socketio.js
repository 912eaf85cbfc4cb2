// Socket.IO, WebSocket only and without compression, as its page on performance recommends; bufferutil is installed. The request that opened
// a connection is let go of, which saves memory, as that page says.
const { createServer } = require('http');
const { Server } = require('socket.io');

const http = createServer();
const io = new Server(http, { transports: ['websocket'], serveClient: false, perMessageDeflate: false, maxHttpBufferSize: 1 << 20 });
io.engine.on('connection', (raw) => { raw.request = null; });
io.on('connection', (socket) => {
  const { room } = socket.handshake.auth;
  socket.join(room);
  socket.on('push', (payload) => io.to(room).emit('msg', payload));
});
http.listen(+process.env.PORT, '127.0.0.1', 4096);
