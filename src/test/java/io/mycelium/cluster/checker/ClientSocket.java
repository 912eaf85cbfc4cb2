package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Violation.Rule;
import io.vertx.core.Vertx;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonArray;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** The socket of a client: when it is lost or silent there is another one, to whatever node. */
final class ClientSocket {
  private static final long SILENCE_MS = 4000;
  private static final int SHORTEST_WAIT_MS = 50;
  private static final int LONGEST_WAIT_MS = 200;

  /** As how it may end: it was lost, its node goes, or silence of either end. */
  private static final Set<Integer> CLOSES = Set.of(1001, 1006, 4008);

  /** On the clients' event loop. */
  interface Listener {
    void opened();

    /** A V2 message. */
    void frame(JsonArray frame);

    /** It is not there any more; another one follows. */
    void lost();
  }

  private final Vertx vertx;
  private final WebSocketClient sockets;
  private final Cluster cluster;
  private final Ledger ledger;
  private final String name;
  private final String path;
  private final Random random;
  private final IntSupplier nextNode;
  private final Listener listener;
  private WebSocket socket;
  private int node = -1;
  private long openedAt;
  private long heardAt;
  private long delay;
  private int opened;
  private boolean ended;

  /**
   * @param name of the client
   * @param path with the query
   * @param nextNode which node it connects to, asked each time
   */
  ClientSocket(
      Crowd crowd,
      String name,
      String path,
      Random random,
      IntSupplier nextNode,
      Listener listener) {
    this.vertx = crowd.vertx();
    this.sockets = crowd.sockets();
    this.cluster = crowd.cluster();
    this.ledger = crowd.ledger();
    this.name = name;
    this.path = path;
    this.random = random;
    this.nextNode = nextNode;
    this.listener = listener;
  }

  boolean isOpen() {
    return socket != null;
  }

  /** Another one for each socket. */
  int number() {
    return opened;
  }

  void connect() {
    if (ended) {
      return;
    }
    int to = nextNode.getAsInt();
    cluster.upgrade(sockets, to, path).onSuccess(made -> open(made, to)).onFailure(this::refused);
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
    listener.opened();
  }

  private void refused(Throwable cause) {
    if (cause instanceof UpgradeRejectedException rejected) {
      String body = String.valueOf(rejected.getBody());
      String code = body.replaceAll("(?s).*\"code\":\"(\\w+)\".*", "$1");
      ledger.count("upgrades refused: " + rejected.getStatus() + " " + code);
      if (rejected.getStatus() != 503 && rejected.getStatus() != 504) {
        ledger.violated(Rule.NAMED_ERRORS, name + " was refused with " + body);
      }
    } else {
      ledger.count("upgrades that failed");
    }
    comeBack();
  }

  private void comeBack() {
    long wait = SHORTEST_WAIT_MS + random.nextInt(LONGEST_WAIT_MS - SHORTEST_WAIT_MS);
    vertx.setTimer(wait + delay, ignored -> connect());
    delay = 0;
  }

  /** The node asks for that much more patience before the next one. */
  void waitFor(long ms) {
    delay = ms;
  }

  private void onText(WebSocket from, String text) {
    if (from == socket) {
      heardAt = ledger.now();
      listener.frame(new JsonArray(text));
    }
  }

  private void onClose(WebSocket closed) {
    if (closed != socket) {
      return;
    }
    int code = closed.closeStatusCode() == null ? 1006 : closed.closeStatusCode();
    ledger.count("sockets closed with " + code);
    if (!CLOSES.contains(code)) {
      String what = name + "'s socket was closed with " + code + " " + closed.closeReason();
      ledger.violated(Rule.NAMED_ERRORS, what);
    }
    lost();
  }

  private void lost() {
    note("lost");
    socket = null;
    ledger.add(new Ledger.Stay(name, node, openedAt, ledger.now()));
    listener.lost();
    comeBack();
  }

  /** Leaves a socket on which nothing came for a while, though heartbeats are answered. */
  void leaveIfSilent() {
    if (ledger.now() - heardAt > SILENCE_MS) {
      ledger.count("sockets left since they were silent");
      leave();
      lost();
    }
  }

  /** What comes on it from now on is not looked at. */
  private void leave() {
    WebSocket left = socket;
    socket = null;
    left.shutdown(1, TimeUnit.MILLISECONDS);
  }

  void write(JsonArray frame) {
    socket.writeTextMessage(frame.encode());
  }

  void note(String what) {
    ledger.note(name + " on " + Cluster.name(node) + ": " + what);
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
