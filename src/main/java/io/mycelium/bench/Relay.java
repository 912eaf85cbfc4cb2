package io.mycelium.bench;

/** Each text frame goes to all of the room, whose name is the path: {@code ws://HOST:PORT/ROOM}. */
final class Relay implements Dialect {
  @Override
  public void opened(Line line) {
    line.joined();
  }

  @Override
  public void text(Line line, String frame) {
    line.delivered(frame);
  }

  @Override
  public void push(Line line, int number, String payload) {
    line.send(payload);
  }
}
