package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * The protocol of Colyseus 0.18: a seat is reserved by HTTP, then binary frames, each a code, the
 * type of a message and its body in MessagePack. The body is one string here, the payload as JSON.
 * The server's room {@code relay} is filtered by {@code room}.
 */
final class Colyseus implements Dialect {
  private static final byte JOIN = 10;
  private static final byte DATA = 13;
  private static final byte[] TYPE = {DATA, (byte) 0xa4, 'p', 'u', 's', 'h'};

  @Override
  public Future<String> path(Target target, String room) {
    return target
        .post("/matchmake/joinOrCreate/relay", new JsonObject().put("room", room))
        .map(
            seat ->
                "/%s/%s?sessionId=%s"
                    .formatted(
                        seat.getString("processId"),
                        seat.getString("roomId"),
                        seat.getString("sessionId")));
  }

  @Override
  public void opened(Line line) {
    // The server begins.
  }

  @Override
  public void text(Line line, String frame) {
    line.refused("a text frame, expected binary ones: " + frame);
  }

  @Override
  public void binary(Line line, Buffer frame) {
    switch (frame.getByte(0)) {
      case DATA -> line.delivered(frame.toString(StandardCharsets.ISO_8859_1));
      case JOIN -> {
        line.send(Buffer.buffer(1).appendByte(JOIN));
        line.joined();
      }
      default -> line.refused("a frame of code " + frame.getByte(0) + ": " + frame);
    }
  }

  @Override
  public void push(Line line, int number, String payload) {
    Buffer frame = Buffer.buffer(payload.length() + 16).appendBytes(TYPE);
    int length = payload.length();
    if (length < 1 << 8) {
      frame.appendByte((byte) 0xd9).appendUnsignedByte((short) length);
    } else if (length < 1 << 16) {
      frame.appendByte((byte) 0xda).appendUnsignedShort(length);
    } else {
      frame.appendByte((byte) 0xdb).appendInt(length);
    }
    line.send(frame.appendString(payload, "ISO-8859-1"));
  }
}
