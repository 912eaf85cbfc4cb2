package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Violation.Rule;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
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
 * A client as users write them: it keeps its position, comes back to another node when its socket
 * is lost or silent, and sends a {@code push_once} again until it is acknowledged. On one event
 * loop, which all clients share.
 */
final class ChatClient {
  private static final long HEARTBEAT_MS = 1000;
  private static final long SILENCE_MS = 4000;

  /** {@code gateway.command_timeout}, and as long as the network may have kept the push. */
  private static final long ANSWER_MS = 25_000;

  private static final long RETRY_MS = 100;

  /** Their pushes may have been applied. */
  private static final Set<String> DOUBTFUL = Set.of("timeout", "instance_crashed");

  /** As how a socket may end: it was lost, its node goes, or silence of either end. */
  private static final Set<Integer> CLOSES = Set.of(1001, 1006, 4008);

  private static final String PHOENIX = "phoenix";

  /** A room in which this client is or wants to be. */
  private static final class Seat {
    private final View view;
    private String joinRef;
    private boolean joined;

    Seat(View view) {
      this.view = view;
    }
  }

  /** A message that waits for its answer; the push is null for a join. */
  private record Sent(Push push, Seat seat, long at, long order) {}

  private final Vertx vertx;
  private final WebSocketClient sockets;
  private final Cluster cluster;
  private final Ledger ledger;
  private final String name;
  private final String instance;
  private final Random random;
  private final IntSupplier nextNode;
  private final Map<String, Seat> seats = new LinkedHashMap<>();
  private final Map<String, Sent> pending = new HashMap<>();
  private final List<Push> again = new ArrayList<>();
  private WebSocket socket;
  private int node = -1;
  private long openedAt;
  private long heardAt;
  private long nextRef;
  private long nextPush;
  private long delay;
  private int opened;
  private boolean ended;

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
    this.sockets = crowd.sockets();
    this.cluster = crowd.cluster();
    this.ledger = crowd.ledger();
    this.name = name;
    this.instance = instance;
    this.random = random;
    this.nextNode = nextNode;
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

  boolean isJoined() {
    return seats.values().stream().allMatch(seat -> seat.joined);
  }

  /** No message waits for its answer, none has to be sent again. */
  boolean isSettled() {
    return isJoined() && pending.isEmpty() && again.isEmpty();
  }

  int unanswered() {
    return pending.size() + again.size();
  }

  void connect() {
    if (ended) {
      return;
    }
    int to = nextNode.getAsInt();
    cluster
        .upgrade(sockets, to, "/socket/" + instance + "/websocket?vsn=2.0.0&userId=" + name)
        .onSuccess(made -> open(made, to))
        .onFailure(this::refused);
  }

  private void open(WebSocket made, int to) {
    socket = made;
    node = to;
    opened++;
    openedAt = ledger.now();
    heardAt = openedAt;
    note("opened");
    made.textMessageHandler(text -> onText(made, text));
    made.closeHandler(ignored -> onClose(made));
    seats.values().forEach(this::join);
  }

  private void refused(Throwable cause) {
    if (cause instanceof UpgradeRejectedException rejected) {
      String code =
          String.valueOf(rejected.getBody()).replaceAll("(?s).*\"code\":\"(\\w+)\".*", "$1");
      ledger.count("upgrades refused: " + rejected.getStatus() + " " + code);
      if (rejected.getStatus() != 503 && rejected.getStatus() != 504) {
        ledger.violated(
            Rule.NAMED_ERRORS, name + " was refused with " + rejected.getBody().toString());
      }
    } else {
      ledger.count("upgrades that failed");
    }
    comeBack();
  }

  private void comeBack() {
    vertx.setTimer(50 + random.nextInt(150) + delay, ignored -> connect());
    delay = 0;
  }

  private void onClose(WebSocket closed) {
    if (closed != socket) {
      return;
    }
    int code = closed.closeStatusCode() == null ? 1006 : closed.closeStatusCode();
    ledger.count("sockets closed with " + code);
    if (!CLOSES.contains(code)) {
      ledger.violated(
          Rule.NAMED_ERRORS,
          name + "'s socket was closed with " + code + " " + closed.closeReason());
    }
    lost();
  }

  private void note(String what) {
    ledger.note(name + " on " + Cluster.name(node) + ": " + what);
  }

  /** Plain pushes on their way are in doubt, others are sent again. */
  private void lost() {
    note("lost with " + pending.size() + " messages on their way");
    socket = null;
    ledger.add(new Ledger.Stay(name, node, openedAt, ledger.now()));
    List<Sent> open = new ArrayList<>(pending.values());
    pending.clear();
    for (Seat seat : seats.values()) {
      seat.joined = false;
      seat.joinRef = null;
    }
    open.stream().filter(sent -> sent.push() != null).forEach(sent -> doubt(sent, "socket lost"));
    comeBack();
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
          if (socket != null && sent.seat().joined && again.remove(push)) {
            send(push);
          }
        });
  }

  private void beat() {
    long now = ledger.now();
    if (socket == null) {
      return;
    }
    if (now - heardAt > SILENCE_MS) {
      ledger.count("sockets left since they were silent");
      leave();
      lost();
      return;
    }
    write(null, PHOENIX, "heartbeat", new JsonObject());
    for (Map.Entry<String, Sent> each : Map.copyOf(pending).entrySet()) {
      Sent sent = each.getValue();
      if (now - sent.at() > ANSWER_MS) {
        pending.remove(each.getKey());
        String what =
            sent.push() == null ? "a join of " + sent.seat().view.room() : "" + sent.push();
        ledger.violated(
            Rule.ANSWERED,
            name + " waits for the answer to " + what + " on " + node + " since " + sent.at());
        if (sent.push() != null) {
          doubt(sent, "no answer");
        }
      }
    }
  }

  /** What comes on the socket from now on is not looked at. */
  private void leave() {
    WebSocket left = socket;
    socket = null;
    left.shutdown(1, java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  private String write(Seat seat, String topic, String event, JsonObject payload) {
    String ref = Long.toString(++nextRef);
    String joinRef = seat == null ? null : event.equals("phx_join") ? ref : seat.joinRef;
    socket.writeTextMessage(JsonArray.of(joinRef, ref, topic, event, payload).encode());
    return ref;
  }

  private void join(Seat seat) {
    JsonObject params = new JsonObject();
    JsonObject since = seat.view.position();
    if (since != null) {
      params.put("since", since);
    }
    seat.joinRef = write(seat, seat.view.room().room(), "phx_join", params);
    pending.put(seat.joinRef, new Sent(null, seat, ledger.now(), nextRef));
  }

  private void joinLater(Seat seat) {
    seat.joined = false;
    WebSocket here = socket;
    vertx.setTimer(
        RETRY_MS,
        ignored -> {
          if (socket == here && here != null) {
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
    if (socket == null || !seat.joined) {
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
            ? write(seat, push.room.room(), "push", data)
            : write(
                seat,
                push.room.room(),
                "push_once",
                new JsonObject().put("key", push.id).put("data", data));
    pending.put(ref, new Sent(push, seat, ledger.now(), nextRef));
  }

  private void onText(WebSocket from, String text) {
    if (from != socket) {
      return;
    }
    heardAt = ledger.now();
    JsonArray frame = new JsonArray(text);
    Seat seat = seats.get(frame.getString(2));
    switch (frame.getString(3)) {
      case "phx_reply" -> reply(frame.getString(1), frame.getJsonObject(4));
      case "msg" -> seat.view.message(frame.getJsonObject(4));
      case "state" -> seat.view.state(frame.getJsonObject(4));
      case "phx_error", "phx_close" -> {
        ledger.count("channels ended with " + frame.getString(3));
        joinLater(seat);
      }
      case "reconnect" -> delay = frame.getJsonObject(4).getLong("delay");
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
    note("refused after " + (ledger.now() - sent.at()) + " ms: " + response + " " + sent.push());
    if (!Boolean.TRUE.equals(response.getBoolean("retryable"))) {
      ledger.violated(Rule.NAMED_ERRORS, name + " on " + node + ": " + sent + ": " + response);
    }
  }

  private void joined(Seat seat, JsonObject response) {
    seat.view.joined(
        response.getString("epoch"), response.getLong("seq"), response.getBoolean("recovered"));
    seat.joined = true;
    note("joined " + seat.view.room() + " " + response);
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
      if (ledger.now() - sent.at() > Pauses.NOTICED_MS) {
        note("acknowledged after " + (ledger.now() - sent.at()) + " ms: " + push);
      }
      if (!Boolean.TRUE.equals(response.getBoolean("duplicate"))) {
        ledger.add(new Ledger.Ack(push, name + "/" + opened, sent.order()));
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
    ended = true;
    if (socket != null) {
      ledger.add(new Ledger.Stay(name, node, openedAt, ledger.now()));
      leave();
    }
  }
}
