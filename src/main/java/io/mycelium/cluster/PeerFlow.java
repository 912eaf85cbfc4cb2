package io.mycelium.cluster;

import io.mycelium.ops.ClusterFigures;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends to other nodes within their credit, and acknowledges what comes from them. A message says
 * how many bytes its sender has sent to this node; whoever consumes it says {@link #received} once
 * it has passed it on. Acknowledgements go at once when an eighth of the credit waits for one, else
 * together after 50 ms. Any thread.
 */
public final class PeerFlow implements Membership.Listener {
  private static final String FROM = "from";
  private static final String LINE = "line";
  private static final String UP_TO = "at";
  private static final long GATHER_MS = 50;
  private static final long LOOK_MS = 1000;

  /** Looks without an acknowledgement after which the other node is asked for one. */
  private static final int SILENCE = 5;

  private final Vertx vertx;
  private final String ownVertxId;
  private final Peers peers;
  private final ClusterFigures figures;
  private final PeerCredit credit;
  private final long soon;
  private final Map<Sender, Received> senders = new ConcurrentHashMap<>();
  private final AtomicBoolean gathering = new AtomicBoolean();

  private record Sender(String vertxId, long line) {}

  private static final class Received {
    final AtomicLong upTo = new AtomicLong();
    final AtomicLong acked = new AtomicLong();
  }

  /**
   * @param ownVertxId Vert.x's id of this process
   */
  PeerFlow(
      Vertx vertx, ClusterConfig config, String ownVertxId, Peers peers, ClusterFigures figures) {
    this.vertx = vertx;
    this.ownVertxId = ownVertxId;
    this.peers = peers;
    this.figures = figures;
    this.credit = new PeerCredit(config.maxUnackedBytes(), config.maxFrameBytes());
    this.soon = config.maxUnackedBytes() / 8;
  }

  private static String acks(String vertxId) {
    return "cluster.acks." + vertxId;
  }

  private static String asks(String vertxId) {
    return "cluster.asks." + vertxId;
  }

  /** Takes acknowledgements, and questions for them, from now on. */
  void start() {
    vertx.eventBus().<JsonObject>consumer(acks(ownVertxId), message -> acked(message.body()));
    vertx.eventBus().<Void>consumer(asks(ownVertxId), this::asked);
    vertx.setPeriodic(LOOK_MS, timer -> credit.silent(SILENCE).forEach(this::ask));
  }

  private void acked(JsonObject ack) {
    credit.acked(ack.getString(FROM), new PeerCredit.Grant(ack.getLong(LINE), ack.getLong(UP_TO)));
  }

  /**
   * @param bytes about what the body takes on the wire
   * @param options of this message alone: headers are added to them
   * @return false where too much is on its way to that node: nothing was sent, and who needs it
   *     asks for it again
   */
  public boolean send(
      String nodeId, String address, Object body, int bytes, DeliveryOptions options) {
    PeerCredit.Grant grant = credit.take(nodeId, bytes);
    if (grant == null) {
      figures.sendRefused();
      return false;
    }
    vertx.eventBus().send(address, body, marked(options, grant));
    return true;
  }

  private DeliveryOptions marked(DeliveryOptions options, PeerCredit.Grant grant) {
    return options
        .addHeader(FROM, ownVertxId)
        .addHeader(LINE, Long.toString(grant.line()))
        .addHeader(UP_TO, Long.toString(grant.upTo()));
  }

  /** Another node's message has been passed on. */
  public void received(Message<?> message) {
    MultiMap headers = message.headers();
    String from = headers.get(FROM);
    if (from == null) {
      return;
    }
    Sender sender = new Sender(from, Long.parseLong(headers.get(LINE)));
    Received received = senders.computeIfAbsent(sender, key -> new Received());
    long upTo = received.upTo.accumulateAndGet(Long.parseLong(headers.get(UP_TO)), Math::max);
    if (upTo - received.acked.get() >= soon) {
      acknowledge(sender, received);
    } else if (gathering.compareAndSet(false, true)) {
      vertx.setTimer(
          GATHER_MS,
          timer -> {
            gathering.set(false);
            senders.forEach(this::acknowledge);
          });
    }
  }

  private void acknowledge(Sender sender, Received received) {
    long upTo = received.upTo.get();
    if (received.acked.getAndSet(upTo) != upTo) {
      sendAck(sender, upTo);
    }
  }

  private void sendAck(Sender sender, long upTo) {
    JsonObject ack =
        new JsonObject().put(FROM, peers.ownId()).put(LINE, sender.line).put(UP_TO, upTo);
    vertx.eventBus().send(acks(sender.vertxId), ack);
  }

  private void ask(PeerCredit.Silent silent) {
    String vertxId = peers.vertxId(silent.node());
    if (vertxId == null) {
      // It is gone, or has another id: what was sent to it is not on its way any more.
      credit.forget(silent.node());
    } else {
      vertx.eventBus().send(asks(vertxId), null, marked(new DeliveryOptions(), silent.all()));
    }
  }

  /**
   * Everything before this question has arrived, or was lost with a connection or an
   * acknowledgement; so the answer gives the credit of what was lost back.
   */
  private void asked(Message<?> message) {
    MultiMap headers = message.headers();
    sendAck(
        new Sender(headers.get(FROM), Long.parseLong(headers.get(LINE))),
        Long.parseLong(headers.get(UP_TO)));
  }

  @Override
  public void left(String nodeId) {
    credit.forget(nodeId);
    Set<String> there = peers.vertxIds();
    senders.keySet().removeIf(sender -> !there.contains(sender.vertxId));
  }

  /** Bytes on their way to all nodes. */
  public long unacked() {
    return credit.unacked();
  }
}
