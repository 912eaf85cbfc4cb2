package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Violation.Rule;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * A client as users write them: it keeps its position, comes back to whatever node when its socket
 * is lost or silent, and sends a {@code push_once} again until it is acknowledged. On one event
 * loop, which all clients share.
 */
final class ChatClient implements ClientSocket.Listener {
  private static final long HEARTBEAT_MS = 1000;

  /** {@code gateway.command_timeout}, and as long as the network may have kept the push. */
  private static final long ANSWER_MS = 25_000;

  private static final long RETRY_MS = 100;

  /** Their pushes may have been applied. */
  private static final Set<String> DOUBTFUL = Set.of("timeout", "instance_crashed");

  private static final String PHOENIX = "phoenix";
  private static final String JOIN = "phx_join";

  /** A room in which this client is or wants to be. */
  private static final class Seat {
    private final View view;
    private String joinRef;
    private boolean joined;

    Seat(View view) {
      this.view = view;
    }

    String room() {
      return view.room().room();
    }
  }

  /** A message that waits for its answer; the push is null for a join. */
  private record Sent(Push push, Seat seat, long at, long order) {
    @Override
    public String toString() {
      return push == null ? "a join of " + seat.view.room() : push.toString();
    }
  }

  private final Vertx vertx;
  private final Ledger ledger;
  private final String name;
  private final ClientSocket socket;
  private final Map<String, Seat> seats = new LinkedHashMap<>();
  private final Map<String, Sent> pending = new HashMap<>();
  private final List<Push> again = new ArrayList<>();
  private long nextRef;
  private long nextPush;

  /**
   * @param nextNode which node it connects to, asked each time
   */
  ChatClient(
      Crowd crowd,
      String name,
      String instance,
      Collection<String> rooms,
      Random random,
      IntSupplier nextNode) {
    this.vertx = crowd.vertx();
    this.ledger = crowd.ledger();
    this.name = name;
    String path = "/socket/" + instance + "/websocket?vsn=2.0.0&userId=" + name;
    this.socket = new ClientSocket(crowd, name, path, random, nextNode, this);
    for (String room : rooms) {
      seats.put(room, new Seat(new View(name, new RoomKey(instance, room), ledger)));
    }
    vertx.setPeriodic(HEARTBEAT_MS, ignored -> beat());
  }

  String name() {
    return name;
  }

  Collection<View> views() {
    return seats.values().stream().map(seat -> seat.view).toList();
  }

  void connect() {
    socket.connect();
  }

  boolean isJoined() {
    return seats.values().stream().allMatch(seat -> seat.joined);
  }

  /** No message waits for its answer, none has to be sent again. */
  boolean isSettled() {
    return isJoined() && unanswered() == 0;
  }

  int unanswered() {
    return pending.size() + again.size();
  }

  @Override
  public void opened() {
    seats.values().forEach(this::join);
  }

  /** Plain pushes on their way are in doubt, others are sent again. */
  @Override
  public void lost() {
    List<Sent> open = new ArrayList<>(pending.values());
    pending.clear();
    for (Seat seat : seats.values()) {
      seat.joined = false;
      seat.joinRef = null;
    }
    open.stream().filter(sent -> sent.push() != null).forEach(sent -> doubt(sent, "socket lost"));
  }

  private void doubt(Sent sent, String why) {
    if (sent.push().kind == Push.Kind.ONCE) {
      sendAgain(sent);
    } else {
      sent.push().ended(Push.Outcome.DOUBT, why, ledger.now());
    }
  }

  /** Soon, or once the room is joined. */
  private void sendAgain(Sent sent) {
    Push push = sent.push();
    again.add(push);
    vertx.setTimer(
        RETRY_MS,
        ignored -> {
          if (socket.isOpen() && sent.seat().joined && again.remove(push)) {
            send(push);
          }
        });
  }

  private void beat() {
    if (!socket.isOpen()) {
      return;
    }
    socket.leaveIfSilent();
    if (!socket.isOpen()) {
      return;
    }
    write(null, PHOENIX, "heartbeat", new JsonObject());
    long now = ledger.now();
    for (Map.Entry<String, Sent> each : Map.copyOf(pending).entrySet()) {
      Sent sent = each.getValue();
      if (now - sent.at() > ANSWER_MS) {
        pending.remove(each.getKey());
        String what = " waits since " + sent.at() + " ms for the answer to " + sent;
        ledger.violated(Rule.ANSWERED, name + what);
        if (sent.push() != null) {
          doubt(sent, "no answer");
        }
      }
    }
  }

  private String write(Seat seat, String topic, String event, JsonObject payload) {
    String ref = Long.toString(++nextRef);
    String joinRef = seat == null ? null : event.equals(JOIN) ? ref : seat.joinRef;
    socket.write(JsonArray.of(joinRef, ref, topic, event, payload));
    return ref;
  }

  private void join(Seat seat) {
    JsonObject params = new JsonObject();
    JsonObject since = seat.view.position();
    if (since != null) {
      params.put("since", since);
    }
    seat.joinRef = write(seat, seat.room(), JOIN, params);
    pending.put(seat.joinRef, new Sent(null, seat, ledger.now(), nextRef));
  }

  private void joinLater(Seat seat) {
    seat.joined = false;
    int here = socket.number();
    vertx.setTimer(
        RETRY_MS,
        ignored -> {
          if (socket.isOpen() && socket.number() == here) {
            join(seat);
          }
        });
  }

  /**
   * A new push.
   *
   * @return null if the room is not joined now
   */
  Push push(String room, Push.Kind kind) {
    Seat seat = seats.get(room);
    if (!socket.isOpen() || !seat.joined) {
      return null;
    }
    String id = name + "-" + ++nextPush;
    Push push = new Push(id, name, seat.view.room(), kind, ledger.now());
    ledger.add(push);
    send(push);
    return push;
  }

  private void send(Push push) {
    Seat seat = seats.get(push.room.room());
    JsonObject data = new JsonObject().put("id", push.id);
    String ref =
        push.kind == Push.Kind.PLAIN
            ? write(seat, seat.room(), "push", data)
            : write(
                seat,
                seat.room(),
                "push_once",
                new JsonObject().put("key", push.id).put("data", data));
    pending.put(ref, new Sent(push, seat, ledger.now(), nextRef));
  }

  @Override
  public void frame(JsonArray frame) {
    Seat seat = seats.get(frame.getString(2));
    switch (frame.getString(3)) {
      case "phx_reply" -> reply(frame.getString(1), frame.getJsonObject(4));
      case "msg" -> seat.view.message(frame.getJsonObject(4));
      case "state" -> seat.view.state(frame.getJsonObject(4));
      case "phx_error", "phx_close" -> {
        ledger.count("channels ended with " + frame.getString(3));
        joinLater(seat);
      }
      case "reconnect" -> socket.waitFor(frame.getJsonObject(4).getLong("delay"));
      default -> ledger.count("other events");
    }
  }

  private void reply(String ref, JsonObject payload) {
    Sent sent = pending.remove(ref);
    if (sent == null) {
      return;
    }
    JsonObject response = payload.getJsonObject("response");
    boolean ok = payload.getString("status").equals("ok");
    if (!ok) {
      expectRetryable(sent, response);
    }
    if (sent.push() != null) {
      answered(sent, ok, response);
    } else if (ok) {
      joined(sent.seat(), response);
    } else {
      joinLater(sent.seat());
    }
  }

  private void expectRetryable(Sent sent, JsonObject response) {
    String what = sent.push() == null ? "joins" : "pushes";
    ledger.count(what + " refused: " + response.getString("reason"));
    socket.note("refused after %d ms: %s %s".formatted(waited(sent), response, sent));
    if (!Boolean.TRUE.equals(response.getBoolean("retryable"))) {
      ledger.violated(Rule.NAMED_ERRORS, name + ": " + sent + ": " + response);
    }
  }

  private long waited(Sent sent) {
    return ledger.now() - sent.at();
  }

  private void joined(Seat seat, JsonObject response) {
    seat.view.joined(
        response.getString("epoch"), response.getLong("seq"), response.getBoolean("recovered"));
    seat.joined = true;
    socket.note("joined " + seat.view.room() + " " + response);
    ledger.count(response.containsKey("recovered") ? "joins with a position" : "first joins");
    for (Push push : List.copyOf(again)) {
      if (push.room.equals(seat.view.room())) {
        again.remove(push);
        send(push);
      }
    }
  }

  private void answered(Sent sent, boolean ok, JsonObject response) {
    Push push = sent.push();
    if (ok) {
      push.acked(response.getLong("seq"), ledger.now());
      if (waited(sent) > Pauses.NOTICED_MS) {
        socket.note("acknowledged after %d ms: %s".formatted(waited(sent), push));
      }
      if (!Boolean.TRUE.equals(response.getBoolean("duplicate"))) {
        ledger.add(new Ledger.Ack(push, name + "/" + socket.number(), sent.order()));
      }
      return;
    }
    String reason = response.getString("reason");
    if (push.kind == Push.Kind.ONCE) {
      sendAgain(sent);
    } else {
      boolean doubt = DOUBTFUL.contains(reason);
      push.ended(doubt ? Push.Outcome.DOUBT : Push.Outcome.REFUSED, reason, ledger.now());
    }
  }

  /** Goes away for good. */
  void end() {
    socket.end();
  }
}
