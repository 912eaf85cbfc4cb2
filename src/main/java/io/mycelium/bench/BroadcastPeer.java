package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * One socket in one room of a server that only broadcasts. Such a server numbers nothing, so each
 * sender's own numbers are checked: each push comes once and in its sender's order. On its event
 * loop.
 */
final class BroadcastPeer implements Peer, Dialect.Line {
  /** Pushes that may be looked for at a time; more than these are lost for good. */
  private static final int MOST_MISSING = 1000;

  private final int id;
  private final Crowd crowd;
  private final Dialect dialect;
  private final Marker marker;
  private final Faults faults;
  private final Figures figures;

  /** By sender: the highest number that came. */
  private final int[] last;

  private final Set<Long> missing = new HashSet<>();
  private final Promise<Void> joining = Promise.promise();
  private WebSocket socket;
  private int pushed;
  private long received;
  private boolean closing;

  /**
   * @param id of the socket in its run
   */
  BroadcastPeer(
      int id, Crowd crowd, Dialect dialect, Marker marker, Faults faults, Figures figures) {
    this.id = id;
    this.crowd = crowd;
    this.dialect = dialect;
    this.marker = marker;
    this.faults = faults;
    this.figures = figures;
    this.last = new int[crowd.pushers()];
  }

  @Override
  public Future<Void> join(WebSocket opened) {
    socket = opened;
    opened.textMessageHandler(text -> dialect.text(this, text));
    opened.binaryMessageHandler(bytes -> dialect.binary(this, bytes));
    opened.closeHandler(closed -> closed());
    dialect.opened(this);
    return joining.future();
  }

  private void closed() {
    if (!closing) {
      closing = true;
      String words = socket.closeStatusCode() + " " + socket.closeReason();
      faults.add("closed", "socket %d: %s", id, words);
      joining.tryFail("closed: " + words);
    }
  }

  @Override
  public boolean isJoined() {
    return !closing && joining.future().succeeded();
  }

  @Override
  public void push(long due) {
    pushed++;
    crowd.push();
    dialect.push(this, pushed, marker.payload(id, pushed, due));
  }

  @Override
  public boolean isUnfinished() {
    return !isJoined() || received < crowd.pushed();
  }

  @Override
  public void finish() {
    if (!missing.isEmpty()) {
      long one = missing.iterator().next();
      faults.add(
          "gap",
          "%s, without %d before the last of their senders, such as push %d of socket %d",
          where(),
          missing.size(),
          (int) one,
          one >>> 32);
    } else if (isUnfinished()) {
      faults.add("unfinished", "%s", where());
    }
  }

  private String where() {
    return "socket %d in %s has %d of %d".formatted(id, crowd.room(), received, crowd.pushed());
  }

  @Override
  public Future<Void> close() {
    closing = true;
    return socket == null ? Future.succeededFuture() : socket.close();
  }

  @Override
  public String room() {
    return crowd.room();
  }

  @Override
  public void send(String frame) {
    socket.writeTextMessage(frame);
  }

  @Override
  public void send(Buffer frame) {
    socket.writeBinaryMessage(frame);
  }

  @Override
  public void joined() {
    joining.tryComplete();
  }

  @Override
  public void refused(String words) {
    if (!joining.tryFail(words)) {
      faults.add("refused", "socket %d in %s: %s", id, crowd.room(), words);
    }
  }

  @Override
  public void delivered(String message) {
    long now = System.nanoTime();
    if (marker.next(message, 0) < 0 || !marker.isWhole) {
      faults.add("payload", "socket %d in %s got another payload than was sent", id, crowd.room());
      return;
    }
    int sender = marker.sender - crowd.first();
    if (sender < 0 || sender >= last.length) {
      faults.add(
          "stranger", "socket %d in %s got a push of socket %d", id, crowd.room(), marker.sender);
      return;
    }
    if (isNew(sender, marker.number)) {
      received++;
      figures.delivered(marker.due, now);
    }
  }

  private boolean isNew(int sender, int number) {
    int before = last[sender];
    if (number > before) {
      last[sender] = number;
      skipped(before, number);
      return true;
    }
    boolean late = missing.remove(push(number));
    faults.add(
        late ? "order" : "double",
        "socket %d in %s: after push %d of socket %d came %d",
        id,
        crowd.room(),
        before,
        marker.sender,
        number);
    return late;
  }

  private void skipped(int before, int number) {
    for (int i = before + 1; i < number && missing.size() < MOST_MISSING; i++) {
      missing.add(push(i));
    }
  }

  private long push(int number) {
    return ((long) marker.sender << 32) | number;
  }
}
