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
  private final String instanceId;
  private final String address;
  private final LinkListener listener;
  private final MessageConsumer<DeliveryBatch> consumer;
  private final Window window;
  private final SeenNumbers batches = new SeenNumbers();
  private String id;
  private List<Command> batch = List.of();
  private long sentUpTo;
  private long generation;
  private Reply down;

  private final Backlog backlog;

  /** The instance may not know this link: nothing is sent until it says what it knows. */
  private boolean asking;

  private boolean closing;
  private boolean closed;

  InstanceLink(InstanceGateway gateway, String id, String instanceId, LinkListener listener) {
    this.gateway = gateway;
    this.id = id;
    this.instanceId = instanceId;
    this.address = Addresses.commands(instanceId);
    this.listener = listener;
    this.window = new Window(gateway::unacked);
    this.backlog = new Backlog(window, gateway.mailboxes().open(instanceId), gateway.config());
    this.consumer =
        gateway.eventBus().localConsumer(Addresses.deliveries(instanceId), this::onBatch);
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
    // A room asks for one refill at a time; without it all its channels would join anew.
    if (kind != Command.Kind.REFILL && !backlog.admits(bytes)) {
      replyTo.onReply(
          error(
              ErrorCode.OVERLOADED,
              "the instance has " + backlog.commands() + " commands waiting"));
      return;
    }
    enqueue(kind, connection, room, event, user, payload, replyTo);
  }

  private void tellOthers() {
    if (!closed) {
      backlog.tellOthers();
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

  /**
   * Tells the instance again of a connection or a channel; only in {@link LinkListener#onRestored}.
   */
  public void restore(
      Command.Kind kind,
      long connection,
      String room,
      String user,
      Payload payload,
      ReplyTo replyTo) {
    enqueue(kind, connection, room, null, user, payload, replyTo);
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
    enqueue(command, replyTo);
  }

  private void enqueue(Command command, ReplyTo replyTo) {
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
    // What is not sent now is in the window, from which everything is sent once the answer is here.
    if (!asking) {
      send(sentUpTo, commands);
    }
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
  void resend(long after) {
    batch = List.of();
    List<Command> commands = new ArrayList<>(window.size());
    window.forEachAfter(after, pending -> commands.add(pending.command()));
    if (!commands.isEmpty()) {
      send(after, commands);
    }
  }

  private void onBatch(Message<DeliveryBatch> message) {
    DeliveryBatch received = message.body();
    if (received.items().get(0) instanceof Outbound.Rerouted) {
      down = null;
      hello();
      return;
    }
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
      hello();
    }
    for (int i = 0; i < items.size(); i++) {
      Dispatch.item(items.get(i), this);
    }
    tellOthers();
  }

  /** For {@link Dispatch}. */
  String id() {
    return id;
  }

  LinkListener listener() {
    return listener;
  }

  void running(Outbound.Running running) {
    Long applied = running.applied().get(id);
    down = null;
    if (applied != null) {
      comeUp(applied);
    } else {
      hello();
    }
  }

  void welcome(Outbound.Welcome welcome) {
    if (asking) {
      comeUp(welcome.applied());
      listener.onWelcome(welcome.seqs());
    }
  }

  void forgotten() {
    if (!asking) {
      hello();
    }
  }

  void failed(String message) {
    goDown(error(ErrorCode.INSTANCE_FAILED, message));
    listener.onFailed(message);
  }

  void deleted() {
    goDown(error(ErrorCode.UNKNOWN_INSTANCE, "instance " + instanceId + " was deleted"));
    listener.onDeleted();
  }

  /**
   * A new generation skips commands that it has applied, in case its message about the last one was
   * lost.
   */
  private void comeUp(long applied) {
    down = null;
    tellOthers();
    asking = false;
    backlog.startsOver();
    resend(applied);
  }

  /** Asks what the instance knows of this link, unless there is nothing that it could know. */
  private void hello() {
    if (sentUpTo == 0) {
      comeUp(0);
      return;
    }
    asking = true;
    Command hello = new Command(window.answered(), Command.Kind.HELLO, 0, null, null, null, null);
    sendBatch(sentUpTo, List.of(hello));
  }

  /**
   * The instance lost its memory of this link, for example with its node. This becomes a new link:
   * it tells of its connections and channels first, then it sends the commands that were not
   * applied. A push that was applied is answered here; a push to a room that lost its history is
   * refused, since nobody knows whether others saw it.
   */
  void startOver(Outbound.Restored restored) {
    if (!asking) {
      return;
    }
    List<Window.Pending> waiting = window.restart();
    id = gateway.newLinkId();
    batch = List.of();
    sentUpTo = 0;
    asking = false;
    backlog.startsOver();
    List<Window.Pending> unapplied = Unapplied.of(waiting, restored);
    listener.onRestored(restored.anew());
    unapplied.forEach(
        each -> enqueue(each.command().numbered(window.nextNumber()), each.replyTo()));
    closeIfDone();
  }

  void answer(Reply reply) {
    backlog.answered(reply.number());
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
    backlog.startsOver();
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
      backlog.gaveUp(p.command());
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
    if (asking) {
      hello();
    } else if (oldest != null && oldest.sentTick() - tick <= 0) {
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
      gateway.mailboxes().close(instanceId, backlog.share());
      gateway.unacked(-window.size());
      consumer.unregister();
    }
  }
}
