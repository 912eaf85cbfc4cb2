package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;

/**
 * One socket in one room of Mycelium, which checks all that comes against the room's one order.
 *
 * <p>A push is {@code ["1","NUMBER.DUE","ROOM","push",{...}]}: the reply brings number and time
 * back.
 */
final class PhoenixPeer implements Peer {
  private static final String MESSAGE = ",\"msg\",";
  private static final String SEQUENCE = "\"seq\":";
  private static final String REFERENCE = "[\"1\",\"";
  private static final String OK = "\"status\":\"ok\"";

  private final int id;
  private final RoomCheck room;
  private final Marker marker;
  private final boolean complete;
  private final Faults faults;
  private final Figures figures;
  private WebSocket socket;
  private Promise<Void> joining;
  private Promise<Void> answering;
  private String epoch;
  private long seen;
  private int pushed;
  private int answered;
  private boolean leaving;
  private boolean away;

  /**
   * @param id of the socket in its run
   * @param complete whether each push is a delivery
   */
  PhoenixPeer(
      int id, RoomCheck room, Marker marker, boolean complete, Faults faults, Figures figures) {
    this.id = id;
    this.room = room;
    this.marker = marker;
    this.complete = complete;
    this.faults = faults;
    this.figures = figures;
  }

  /** Takes a new socket, and joins; where it was joined before, from where it was. */
  @Override
  public Future<Void> join(WebSocket opened) {
    socket = opened;
    leaving = false;
    opened.textMessageHandler(text -> frame(opened, text));
    opened.closeHandler(closed -> closed(opened));
    return join();
  }

  /** Joins the room, from where it was the last time. */
  Future<Void> join() {
    joining = Promise.promise();
    away = false;
    JsonObject since =
        epoch == null
            ? new JsonObject()
            : new JsonObject().put("since", new JsonObject().put("seq", seen).put("epoch", epoch));
    socket.writeTextMessage(
        "[\"1\",\"1\",\"" + room.room() + "\",\"phx_join\"," + since.encode() + "]");
    return joining.future();
  }

  /** Leaves the room and stays connected. */
  Future<Void> leave() {
    away = true;
    return ask("phx_leave", "{}");
  }

  /** Asks for the newest entries. */
  Future<Void> history() {
    return ask("history", "{\"limit\":50}");
  }

  private Future<Void> ask(String event, String payload) {
    answering = Promise.promise();
    socket.writeTextMessage(
        "[\"1\",\"2\",\"" + room.room() + "\",\"" + event + "\"," + payload + "]");
    return answering.future();
  }

  @Override
  public boolean isJoined() {
    return socket != null && !leaving && !away && joining.future().succeeded();
  }

  /** Whether it is joined and waits for nothing that it has asked. */
  boolean isIdle() {
    return isJoined() && waiting() == 0 && (answering == null || answering.future().isComplete());
  }

  /** Ends the connection as a network does that is lost. */
  void cut() {
    leaving = true;
    // Pushes without an answer may have been applied or not.
    answered = pushed;
    socket.shutdown(0, TimeUnit.MILLISECONDS);
  }

  @Override
  public Future<Void> close() {
    leaving = true;
    return socket == null ? Future.succeededFuture() : socket.close();
  }

  @Override
  public void push(long due) {
    pushed++;
    socket.writeTextMessage(
        "[\"1\",\""
            + pushed
            + '.'
            + due
            + "\",\""
            + room.room()
            + "\",\"push\","
            + marker.payload(id, pushed, due)
            + "]");
  }

  /** Pushes that are not answered yet. */
  private int waiting() {
    return pushed - answered;
  }

  @Override
  public boolean isUnfinished() {
    return !isJoined() || waiting() > 0 || seen < room.last();
  }

  @Override
  public void finish() {
    if (isUnfinished()) {
      faults.add("unfinished", "%s, %d pushes are not answered", where(), waiting());
    }
  }

  private String where() {
    return "socket " + id + " in " + room.room() + " is at " + seen + " of " + room.last();
  }

  private void closed(WebSocket which) {
    if (!leaving && which == socket) {
      faults.add("closed", "socket %d: %s %s", id, which.closeStatusCode(), which.closeReason());
      if (joining != null) {
        joining.tryFail("closed: " + which.closeStatusCode() + " " + which.closeReason());
      }
    }
  }

  private void frame(WebSocket from, String text) {
    if (from != socket || leaving) {
      return;
    }
    long now = System.nanoTime();
    if (text.startsWith("[null,null,") && text.indexOf(MESSAGE) > 0) {
      message(text, now);
    } else if (isPushReply(text)) {
      reply(text, now);
    } else {
      other(new JsonArray(text));
    }
  }

  /** Only a push's reference has a point in it. */
  private static boolean isPushReply(String text) {
    int at = REFERENCE.length();
    while (at < text.length() && Character.isDigit(text.charAt(at))) {
      at++;
    }
    return text.startsWith(REFERENCE) && at < text.length() && text.charAt(at) == '.';
  }

  private void message(String text, long now) {
    long seq = sequence(text);
    long next = seen;
    for (int from = marker.next(text, 0); from >= 0; from = marker.next(text, from)) {
      next++;
      checkPayload();
      if (complete) {
        room.entry(next, marker.sender, marker.number);
      }
      figures.delivered(marker.due, now);
    }
    if (complete && next != seq) {
      faults.add("gap", "%s: after %d came %d entries up to %d", where(), seen, next - seen, seq);
    } else if (!complete && seq <= seen) {
      faults.add("order", "%s: after %d came %d", where(), seen, seq);
    }
    seen = Math.max(seen, seq);
  }

  /** Of the entry that a reply tells of, or of the last one of a message; -1 if there is none. */
  private static long sequence(String text) {
    int at = text.lastIndexOf(SEQUENCE);
    return at < 0 ? -1 : Marker.number(text, at + SEQUENCE.length(), text.indexOf('}', at));
  }

  private void checkPayload() {
    if (!marker.isWhole) {
      faults.add("payload", "socket %d in %s got another payload than was sent", id, room.room());
    }
  }

  private void reply(String text, long now) {
    int begin = REFERENCE.length();
    int point = text.indexOf('.');
    int end = text.indexOf('"', point);
    int number = (int) Marker.number(text, begin, point);
    answered++;
    if (text.indexOf(OK) < 0) {
      faults.add("refused", "socket %d in %s: %s", id, room.room(), text);
      return;
    }
    long seq = sequence(text);
    if (complete) {
      room.entry(seq, id, number);
    } else {
      room.reached(seq);
    }
    figures.acknowledged(Marker.number(text, point + 1, end), now);
  }

  private void other(JsonArray frame) {
    String event = frame.getString(3);
    switch (event) {
      case "phx_reply" -> answered(frame.getString(1), frame.getJsonObject(4));
      case "phx_error" -> faults.add("phx_error", "socket %d: %s", id, frame.encode());
      default -> {
        // The state of a room, who is there, and the end of a channel that was left.
      }
    }
  }

  private void answered(String ref, JsonObject payload) {
    Promise<Void> asked = "1".equals(ref) ? joining : answering;
    JsonObject response = payload.getJsonObject("response");
    if (!"ok".equals(payload.getString("status"))) {
      asked.tryFail(response.encode());
      return;
    }
    if ("1".equals(ref)) {
      joined(response);
    }
    asked.tryComplete();
  }

  private void joined(JsonObject response) {
    long seq = response.getLong("seq");
    boolean recovered = Boolean.TRUE.equals(response.getBoolean("recovered"));
    if (epoch != null && complete && !recovered) {
      faults.add(
          "not recovered", "%s came back, and %s has no position for it", where(), room.room());
    }
    if (!recovered || !complete) {
      seen = seq;
    }
    epoch = response.getString("epoch");
  }
}
