package io.mycelium.console;

import io.mycelium.access.Revocations;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.InstanceRows;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.http.ServerWebSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The consoles that are connected to one web verticle. While a console is connected, the feed
 * listens to the deltas and renews their lease; without a console nothing runs. On the web
 * verticle's event loop.
 */
final class Feed {
  /** Consoles of one web verticle. */
  static final int MAX_SUBSCRIBERS = 64;

  private static final long KEEP_MS = InstanceRows.LEASE_MS / 3;
  private static final long NONE = -1;

  private final Vertx vertx;
  private final Context context;
  private final Sampler sampler;
  private final Revocations revocations;
  private final InstanceRows rows;
  private final InstanceDirectory directory;
  private final List<Subscriber> subscribers = new ArrayList<>();
  private MessageConsumer<String> deltas;
  private Runnable samples;
  private Runnable revoked;
  private long timer;
  private long version = NONE;

  /** Call it on the web verticle's context. */
  Feed(Vertx vertx, Sampler sampler, Revocations revocations) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.sampler = sampler;
    this.revocations = revocations;
    this.rows = new InstanceRows(vertx);
    this.directory = new InstanceDirectory(vertx);
  }

  /**
   * @return null if one more console is allowed
   */
  Refusal refusal() {
    return subscribers.size() < MAX_SUBSCRIBERS
        ? null
        : new Refusal(
            ErrorCode.OVERLOADED,
            subscribers.size() + " consoles are open, expected fewer than " + MAX_SUBSCRIBERS);
  }

  /**
   * @param admission asked every few seconds and after each revocation; once it fails, the console
   *     is closed and has to log in again
   */
  void accept(ServerWebSocket socket, Supplier<Future<Void>> admission) {
    Subscriber subscriber = new Subscriber(this, socket, admission);
    subscribers.add(subscriber);
    if (subscribers.size() == 1) {
      open();
    }
    subscriber.start();
  }

  private void open() {
    version = NONE;
    deltas = rows.deltas(this::onDelta);
    samples = sampler.listen(frame -> context.runOnContext(ignored -> onSample(frame)));
    revoked = revocations.onNew(() -> context.runOnContext(ignored -> onRevocation()));
    timer = vertx.setPeriodic(KEEP_MS, ignored -> keep());
  }

  private void keep() {
    rows.keepWatching();
    List.copyOf(subscribers).forEach(Subscriber::check);
  }

  private void onRevocation() {
    List.copyOf(subscribers).forEach(each -> each.checkAdmission(Disconnect.TOKEN_REVOKED));
  }

  void closed(Subscriber subscriber) {
    if (subscribers.remove(subscriber) && subscribers.isEmpty()) {
      vertx.cancelTimer(timer);
      deltas.unregister();
      samples.run();
      revoked.run();
    }
  }

  /** A gap means that the bus lost a delta, or that the deployer restarted. */
  private void onDelta(InstanceRows.Delta delta) {
    boolean gap = version != NONE && delta.version() != version + 1;
    version = delta.version();
    for (Subscriber subscriber : subscribers) {
      if (gap) {
        subscriber.begin();
      } else {
        subscriber.delta(delta.json());
      }
    }
  }

  /**
   * Whether a page is older than deltas that were sent already; a bus between nodes may reorder
   * them.
   */
  boolean isStale(InstanceRows.Page page) {
    return page.version() < version;
  }

  private void onSample(String frame) {
    subscribers.forEach(subscriber -> subscriber.sample(frame));
  }

  void close() {
    for (Subscriber subscriber : List.copyOf(subscribers)) {
      subscriber.close(Disconnect.GOING_AWAY);
    }
  }

  int subscribers() {
    return subscribers.size();
  }

  Vertx vertx() {
    return vertx;
  }

  InstanceRows rows() {
    return rows;
  }

  InstanceDirectory directory() {
    return directory;
  }

  Sampler sampler() {
    return sampler;
  }
}
