package io.mycelium.bench;

import io.vertx.core.Future;

/**
 * The JSON protocol of Centrifuge's clients: commands with ids, which are answered, and pushes; a
 * frame may hold several, one a line. The room is a channel.
 */
final class Centrifuge implements Dialect {
  private static final String PING = "{}";
  private static final String PUSH = "{\"push\":{";
  private static final String PUBLICATION = "\"pub\":{";
  private static final String CONNECTED = "{\"id\":1,\"connect\":";
  private static final String SUBSCRIBED = "{\"id\":2,\"subscribe\":";
  private static final String PUBLISHED = "\"publish\":{";

  /** Ids of pushes come after those of the two commands before. */
  private static final int FIRST_PUSH = 2;

  @Override
  public Future<String> path(Target target, String room) {
    return Future.succeededFuture("/connection/websocket");
  }

  @Override
  public void opened(Line line) {
    line.send("{\"id\":1,\"connect\":{}}");
  }

  @Override
  public void text(Line line, String frame) {
    int from = 0;
    for (int end = frame.indexOf('\n'); end >= 0; end = frame.indexOf('\n', from)) {
      reply(line, frame.substring(from, end));
      from = end + 1;
    }
    reply(line, from == 0 ? frame : frame.substring(from));
  }

  private static void reply(Line line, String text) {
    if (text.startsWith(PUSH) && text.contains(PUBLICATION)) {
      line.delivered(text);
    } else if (text.equals(PING)) {
      line.send(PING);
    } else if (text.startsWith(CONNECTED)) {
      line.send("{\"id\":2,\"subscribe\":{\"channel\":\"" + line.room() + "\"}}");
    } else if (text.startsWith(SUBSCRIBED)) {
      line.joined();
    } else if (!text.isEmpty() && !text.contains(PUBLISHED)) {
      line.refused(text);
    }
  }

  @Override
  public void push(Line line, int number, String payload) {
    line.send(
        "{\"id\":"
            + (FIRST_PUSH + number)
            + ",\"publish\":{\"channel\":\""
            + line.room()
            + "\",\"data\":"
            + payload
            + "}}");
  }
}
