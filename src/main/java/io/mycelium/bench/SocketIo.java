package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;

/**
 * Socket.IO 5 over Engine.IO 4, WebSocket only. The server puts a socket into the room of its
 * CONNECT packet's {@code room}, takes the event {@code push} and broadcasts {@code msg}.
 */
final class SocketIo implements Dialect {
  private static final String OPEN = "0";
  private static final String PING = "2";
  private static final String PONG = "3";
  private static final String CONNECT = "40";
  private static final String EVENT = "42";
  private static final String MESSAGE = "[\"msg\",";

  @Override
  public Future<String> path(Target target, String room) {
    return Future.succeededFuture("/socket.io/?EIO=4&transport=websocket");
  }

  @Override
  public void opened(Line line) {
    // The server begins.
  }

  @Override
  public void text(Line line, String frame) {
    if (frame.startsWith(EVENT) && frame.startsWith(MESSAGE, EVENT.length())) {
      line.delivered(frame);
    } else if (frame.equals(PING)) {
      line.send(PONG);
    } else if (frame.startsWith(CONNECT)) {
      line.joined();
    } else if (frame.startsWith(OPEN)) {
      line.send(CONNECT + new JsonObject().put("room", line.room()));
    } else {
      line.refused(frame);
    }
  }

  @Override
  public void push(Line line, int number, String payload) {
    line.send(EVENT + "[\"push\"," + payload + "]");
  }
}
