package io.mycelium.bus;

import io.mycelium.bus.Outbound.Reply;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;

/**
 * One web verticle's link to one instance. It numbers commands, keeps them until they are answered,
 * and sends the commands of one event-loop turn as one batch. It sends them again to a new
 * generation of the instance, which skips commands that it has applied: a crash loses no command
 * and repeats none. For the gateway's event loop only.
 */
public final class InstanceLink {
  private final InstanceGateway gateway;
  private final String id;
  private final String instanceId;
  private final String address;
  private final LinkListener listener;
  private final MessageConsumer<DeliveryBatch> consumer;
  private final Window window;
  private final SeenNumbers batches = new SeenNumbers();
  private List<Command> batch = List.of();
  private long sentUpTo;
  private long generation;
  private Reply down;

  private final Mailboxes.Mailbox.Share mailbox;

  /**
   * They count against the limits. While there are any, one command at a time goes through, to find
   * out whether the instance answers again.
   */
  private final GivenUp givenUp = new GivenUp();

  private boolean probing;
  private boolean closing;
  private boolean closed;

  InstanceLink(InstanceGateway gateway, String id, String instanceId, LinkListener listener) {
    this.gateway = gateway;
    this.id = id;
    this.instanceId = instanceId;
    this.address = Addresses.commands(instanceId);
    this.listener = listener;
    this.window = new Window(gateway::unacked);
    this.mailbox = gateway.mailboxes().open(instanceId);
    this.consumer = gateway.eventBus().consumer(Addresses.deliveries(instanceId), this::onBatch);
  }

  /** Completes once the instance's deliveries reach this link. */
  public Future<Void> registered() {
    return consumer.completion();
  }

  public String instanceId() {
    return instanceId;
  }

  /** Highest generation of the instance that this link has seen; 0 before the first message. */
  public long generation() {
    return generation;
  }

  public int unacked() {
    return window.size();
  }

  /**
   * Sends a command that counts against the limits. It is answered exactly once: by the instance,
   * at once with {@code overloaded}, with {@code timeout}, or with the instance's end.
   */
  public void send(
      Command.Kind kind,
      long connection,
      String room,
      String event,
      String user,
      Payload payload,
      ReplyTo replyTo) {
    if (down != null || closing) {
      replyTo.onReply(
          down == null ? error(ErrorCode.INSTANCE_RESTARTING, "the link is closed") : down);
      return;
    }
    int bytes = payload == null ? 0 : payload.length();
    GatewayConfig limits = gateway.config();
    int waiting = waiting() + mailbox.ofOthers();
    boolean backlog =
        waiting >= limits.maxUnackedPerInstance()
            || waitingBytes() + mailbox.bytesOfOthers() + bytes
                    > limits.maxUnackedBytesPerInstance()
                && waiting > 0;
    if (backlog && (givenUp.count() == 0 || probing)) {
      replyTo.onReply(
          error(ErrorCode.OVERLOADED, "the instance has " + waiting + " commands waiting"));
      return;
    }
    probing = backlog;
    enqueue(kind, connection, room, event, user, payload, replyTo);
  }

  private int waiting() {
    return window.size() + givenUp.count();
  }

  private long waitingBytes() {
    return window.bytes() + givenUp.bytes();
  }

  private void tellOthers() {
    if (!closed) {
      mailbox.set(waiting(), waitingBytes());
    }
  }

  /**
   * Tells the instance that a connection or channel ended; never refused, as there is at most one
   * per open connection or channel. It is answered like a command, but kept until the instance has
   * it, however often the instance restarts meanwhile.
   */
  public void sendEnd(Command.Kind kind, long connection, String room, ReplyTo replyTo) {
    if (down == null && !closed) {
      enqueue(kind, connection, room, null, null, null, replyTo);
    } else {
      replyTo.onReply(
          down == null ? error(ErrorCode.INSTANCE_RESTARTING, "the link is closed") : down);
    }
  }

  private void enqueue(
      Command.Kind kind,
      long connection,
      String room,
      String event,
      String user,
      Payload payload,
      ReplyTo replyTo) {
    Command command =
        new Command(window.nextNumber(), kind, connection, room, event, user, payload);
    window.add(new Window.Pending(command, replyTo, gateway.tick()));
    if (batch.isEmpty()) {
      batch = new ArrayList<>();
      gateway.flushLater(this);
    }
    batch.add(command);
  }

  void flush() {
    if (batch.isEmpty()) {
      return;
    }
    List<Command> commands = batch;
    batch = List.of();
    tellOthers();
    send(sentUpTo, commands);
  }

  private void send(long previous, List<Command> commands) {
    sentUpTo = commands.get(commands.size() - 1).number();
    sendBatch(previous, commands);
  }

  private void sendBatch(long previous, List<Command> commands) {
    CommandBatch sent = new CommandBatch(id, previous, window.answered(), window.size(), commands);
    gateway.eventBus().send(address, sent, CommandBatchCodec.OPTIONS);
  }

  /** A resend puts all waiting commands into one batch, including those of this turn. */
  private void resend(long after) {
    batch = List.of();
    List<Command> commands = new ArrayList<>(window.size());
    window.forEachAfter(after, pending -> commands.add(pending.command()));
    if (!commands.isEmpty()) {
      send(after, commands);
    }
  }

  private void onBatch(Message<DeliveryBatch> message) {
    DeliveryBatch received = message.body();
    if (received.generation() < generation || closed) {
      return;
    }
    boolean first = generation == 0;
    boolean newer = received.generation() > generation;
    if (newer) {
      generation = received.generation();
      batches.clear();
    }
    if (received.number() != DeliveryBatch.UNNUMBERED && !batches.isNew(received.number())) {
      listener.onRepeat();
      return;
    }
    List<Outbound> items = received.items();
    if (newer && !first && !(items.get(0) instanceof Outbound.Running)) {
      comeUp(0);
    }
    for (int i = 0; i < items.size(); i++) {
      dispatch(items.get(i));
    }
    tellOthers();
  }

  private void dispatch(Outbound item) {
    if (item instanceof Reply reply) {
      if (reply.gateway().equals(id)) {
        answer(reply);
      }
    } else if (item instanceof Outbound.Delivery delivery) {
      listener.onDelivery(delivery);
    } else if (item instanceof Outbound.Direct direct) {
      if (direct.gateway().equals(id)) {
        listener.onDirect(direct);
      }
    } else if (item instanceof Outbound.Kick kick) {
      if (kick.gateway().equals(id)) {
        listener.onKick(kick);
      }
    } else if (item instanceof Outbound.Refill refill) {
      if (refill.gateway().equals(id)) {
        listener.onRefill(refill);
      }
    } else if (item instanceof Outbound.Catchup catchup) {
      if (catchup.gateway().equals(id)) {
        listener.onCatchup(catchup);
      }
    } else if (item instanceof Outbound.Policy policy) {
      if (policy.gateway().equals(id)) {
        listener.onPolicy(policy);
      }
    } else if (item instanceof Outbound.Newest newest) {
      if (newest.gateway().equals(id)) {
        listener.onNewest(newest);
      }
    } else {
      dispatchLifecycle(item);
    }
  }

  private void dispatchLifecycle(Outbound item) {
    if (item instanceof Outbound.Resend resend) {
      if (resend.gateway().equals(id)) {
        resend(resend.after());
      }
    } else if (item instanceof Outbound.RoomClosed closedRoom) {
      listener.onRoomClosed(closedRoom.room());
    } else if (item instanceof Outbound.Running running) {
      Long applied = running.applied().get(id);
      comeUp(applied == null ? 0 : applied);
      if (applied == null) {
        listener.onForgotten();
      }
    } else if (item instanceof Outbound.Failed failed) {
      goDown(error(ErrorCode.INSTANCE_FAILED, failed.message()));
      listener.onFailed(failed.message());
    } else if (item instanceof Outbound.Deleted) {
      goDown(error(ErrorCode.UNKNOWN_INSTANCE, "instance " + instanceId + " was deleted"));
      listener.onDeleted();
    }
  }

  /**
   * A new generation skips commands that it has applied, in case its message about the last one was
   * lost.
   */
  private void comeUp(long applied) {
    down = null;
    givenUp.clear();
    probing = false;
    resend(applied);
  }

  private void answer(Reply reply) {
    givenUp.answered(reply.number());
    probing = false;
    window.forgetEndsBefore(reply.number());
    Window.Pending pending = window.take(reply.number());
    if (pending != null) {
      pending.replyTo().onReply(reply);
    }
    closeIfDone();
  }

  private void goDown(Reply answer) {
    batch = List.of();
    down = answer;
    givenUp.clear();
    for (Window.Pending p = window.oldest(); p != null; p = window.oldest()) {
      window.take(p.command().number());
      p.replyTo().onReply(answer);
    }
    closeIfDone();
  }

  /** Answers {@code timeout} to all commands sent at or before this tick, but keeps the ends. */
  void expire(int tick) {
    Window.Pending oldest = window.oldest();
    if (oldest == null || oldest.sentTick() - tick > 0) {
      return;
    }
    Reply answer =
        error(
            ErrorCode.TIMEOUT,
            "the instance did not answer in " + gateway.config().commandTimeout());
    for (Window.Pending p : window.expire(tick, gateway.config().maxUnackedPerInstance())) {
      givenUp.add(p.command());
      probing = false;
      p.replyTo().onReply(answer);
    }
    tellOthers();
    if (closing) {
      resend(0);
    }
    closeIfDone();
  }

  /**
   * Asks again for answers to commands sent at or before this tick: the bus may have lost the
   * answers or the commands.
   */
  void askAgain(int tick) {
    Window.Pending oldest = window.oldest();
    if (oldest != null && oldest.sentTick() - tick <= 0) {
      sendBatch(sentUpTo, List.of());
    }
  }

  private Reply error(ErrorCode code, String message) {
    return new Reply(id, 0, code, message, null, 0);
  }

  /**
   * Ends the link: no connection of this gateway uses the instance any more. The link listens until
   * the instance acknowledges the end.
   */
  public void close() {
    if (!closing) {
      sendEnd(Command.Kind.DETACH, 0, null, ReplyTo.NOBODY);
      closing = true;
      closeIfDone();
    }
  }

  private void closeIfDone() {
    if (closing && window.size() == 0) {
      closeNow();
    }
  }

  /** Closes the link with its gateway: nobody waits for answers any more. */
  void closeNow() {
    flush();
    if (!closed) {
      closed = true;
      gateway.remove(this);
      gateway.mailboxes().close(instanceId, mailbox);
      gateway.unacked(-window.size());
      consumer.unregister();
    }
  }
}
