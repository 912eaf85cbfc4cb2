// A Colyseus room for each name, as its documentation has it: a message of one client is broadcast to all, sender included.
const { Server, Room } = require('@colyseus/core');
const { WebSocketTransport } = require('@colyseus/ws-transport');

class Relay extends Room {
  onCreate() {
    this.setPatchRate(null); // no state, so nothing to patch
    this.onMessage('push', (client, message) => this.broadcast('msg', message));
  }
}

const server = new Server({ greet: false, transport: new WebSocketTransport({ perMessageDeflate: false, maxPayload: 1 << 20 }) });
server.define('relay', Relay).filterBy(['room']);
server.listen(+process.env.PORT, '127.0.0.1', 4096).then(() => console.log('ready'));
