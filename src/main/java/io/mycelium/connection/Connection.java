package io.mycelium.connection;

import io.mycelium.access.Action;
import io.mycelium.access.Identity;
import io.mycelium.access.RoomRights;
import io.mycelium.bus.Command;
import io.mycelium.bus.GatewayConfig;
import io.mycelium.bus.InstanceLink;
import io.mycelium.limits.Seat;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.MalformedFrameException;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Serializer;
import io.mycelium.protocol.Topic;
import io.mycelium.protocol.Utf8;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One WebSocket: decodes its messages, owns its channels, and gathers its outbound frames of one
 * event-loop turn. On the hub's event loop only.
 */
public final class Connection {
  private static final String PUSH = InboundMessage.Event.PUSH.text();
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  private final Hub hub;
  private final HubInstance instance;
  private final long number;
  private final Credentials credentials;
  private final String user;
  private final Serializer serializer;
  private final Outbox outbox;
  private final Liveness liveness;
  private final Intake intake;
  private final List<Channel> channels = new ArrayList<>(1);
  private boolean closed;
  private boolean draining;
  private int lastSeen;
  private int unacked;
  private long unackedBytes;

  Connection(
      Hub hub,
      HubInstance instance,
      long number,
      Identity identity,
      Serializer serializer,
      Transport transport,
      Seat seat) {
    this.hub = hub;
    this.instance = instance;
    this.number = number;
    this.credentials = new Credentials(hub, this, identity);
    this.user = identity.userId();
    this.serializer = serializer;
    this.outbox = new Outbox(hub, this, serializer, transport);
    this.lastSeen = hub.tick();
    this.liveness = new Liveness(this, instance.limits());
    this.intake = new Intake(hub, this, instance.limits().intake(), seat);
  }

  /**
   * A text message arrived.
   *
   * @param message read during the call only
   * @param length of the message, which starts at index 0
   */
  public void onText(byte[] message, int length) {
    if (!closed && !Utf8.isValid(message, length)) {
      close(Disconnect.INVALID_UTF8);
      return;
    }
    receive(message, length, false);
  }

  /** A binary message arrived; parameters as for text. */
  public void onBinary(byte[] message, int length) {
    receive(message, length, true);
  }

  private void receive(byte[] bytes, int length, boolean binary) {
    if (closed) {
      return;
    }
    seen();
    hub.received(length);
    if (length > instance.limits().maxMessageBytes()) {
      close(Disconnect.MESSAGE_TOO_BIG);
      return;
    }
    boolean admitted = intake.admits(length);
    InboundMessage message;
    try {
      message =
          binary ? serializer.decodeBinary(bytes, length) : serializer.decodeText(bytes, length);
    } catch (MalformedFrameException e) {
      LOG.debug("connection {} of instance {}: {}", number, link().instanceId(), e.getMessage());
      close(Disconnect.MALFORMED_FRAME);
      return;
    }
    if (admitted) {
      handle(message);
    } else {
      intake.refuse(message, length);
    }
  }

  /**
   * An array of at least this length to read a message into; the next call on this event loop may
   * return the same array.
   */
  public byte[] inboundBuffer(int length) {
    return hub.buffers().inbound(length);
  }

  /** The peer gave a sign of life. */
  public void seen() {
    lastSeen = hub.tick();
  }

  /** Tick of {@link KeepAlive} at the last sign of life. */
  int lastSeen() {
    return lastSeen;
  }

  /** The peer is gone, for whatever reason; {@code reason} is for the metrics. */
  public void onClosed(String reason) {
    if (closed) {
      return;
    }
    closed = true;
    channels.forEach(
        channel -> {
          channel.discard();
          channel.room().release();
        });
    channels.clear();
    outbox.discard();
    instance.remove(this);
    intake.seat().free();
    hub.closed(this, reason);
  }

  void handle(InboundMessage message) {
    if (closed) {
      return;
    }
    Channel channel = find(message);
    if (message.fault() != null) {
      String fault = "payload " + message.fault();
      outbox.error(joinRef(message), message, ErrorCode.INVALID_PAYLOAD, fault);
    } else if (channel == null) {
      handleUnjoined(message);
    } else if (channel.isBusy()) {
      if (!channel.hold(message, limits().maxUnackedPerConnection())) {
        String waiting = "too many messages wait for a join";
        outbox.error(Outbox.NULL, message, ErrorCode.OVERLOADED, waiting);
      }
    } else {
      switch (message.event()) {
        case JOIN -> join(message, channel);
        case LEAVE -> leave(message, channel);
        case ACCESS_TOKEN -> credentials.renew(message, channel.joinRef());
        default -> push(message, channel);
      }
    }
  }

  /** With which an error answers it that loses nothing but this message. */
  byte[] joinRef(InboundMessage message) {
    Channel channel = find(message);
    boolean joins = channel == null || message.event() == InboundMessage.Event.JOIN;
    return joins ? message.joinRef() : channel.joinRef();
  }

  private void handleUnjoined(InboundMessage message) {
    if (Topic.PHOENIX.isOf(message)) {
      handlePhoenix(message);
      return;
    }
    switch (message.event()) {
      case JOIN -> join(message, null);
      case LEAVE ->
          outbox.reply(
              message.joinRef(), message.ref(), new Topic(message.topic()), true, Outbox.EMPTY);
      default -> {
        String notJoined = "topic " + message.topic() + " is not joined, expected phx_join first";
        outbox.error(Outbox.NULL, message, ErrorCode.NOT_JOINED, notJoined);
      }
    }
  }

  private void handlePhoenix(InboundMessage message) {
    switch (message.event()) {
      case HEARTBEAT -> outbox.reply(Outbox.NULL, message.ref(), Topic.PHOENIX, true, Outbox.EMPTY);
      case ACCESS_TOKEN -> credentials.renew(message, Outbox.NULL);
      default -> {
        String expected = "event is " + message.eventName() + ", expected heartbeat";
        outbox.error(Outbox.NULL, message, ErrorCode.UNKNOWN_EVENT, expected);
      }
    }
  }

  private void join(InboundMessage message, Channel replaced) {
    if (intake.refusesJoin(message)) {
      return;
    }
    if (replaced == null && channels.size() >= hub.config().maxChannels()) {
      String full = "this connection has its max_channels of " + hub.config().maxChannels();
      outbox.error(message.joinRef(), message, ErrorCode.TOO_MANY_CHANNELS, full);
      return;
    }
    RoomRights rights = credentials.rights(message.topic());
    if (!rights.mayJoin()) {
      credentials.forbid(message.joinRef(), message, Action.JOIN);
      return;
    }
    HubRoom room = instance.room(message);
    Channel joining = new Channel(this, room, message, rights, replaced);
    if (replaced == null) {
      room.use();
      channels.add(joining);
    } else {
      channels.set(channels.indexOf(replaced), joining);
    }
    joining.askToJoin();
  }

  /** Like Phoenix, drops a leave with another join's reference without an answer. */
  private void leave(InboundMessage message, Channel channel) {
    if (channel.isNamedBy(message)) {
      channel.leave(message);
    }
  }

  private void push(InboundMessage message, Channel channel) {
    if (channel.rights() == RoomRights.ALL || !credentials.forbid(message, channel)) {
      send(message, channel);
    }
  }

  private void send(InboundMessage message, Channel channel) {
    Payload payload = message.payload();
    int bytes = payload.length();
    GatewayConfig limits = limits();
    if (draining) {
      outbox.error(channel.joinRef(), message, ErrorCode.DRAINING, "this node is stopping");
    } else if (unacked >= limits.maxUnackedPerConnection()
        || unacked > 0 && unackedBytes + bytes > limits.maxUnackedBytesPerConnection()) {
      String many = "this connection has " + unacked + " messages waiting for their replies";
      outbox.error(channel.joinRef(), message, ErrorCode.OVERLOADED, many);
    } else {
      unacked++;
      unackedBytes += bytes;
      String event = message.event() == InboundMessage.Event.PUSH ? PUSH : message.eventName();
      PushReply replyTo = new PushReply(channel, message.ref(), bytes);
      link()
          .send(Command.Kind.PUSH, number, channel.room().name(), event, user(), payload, replyTo);
    }
  }

  void acked(int bytes) {
    unacked--;
    unackedBytes -= bytes;
    if (draining && unacked == 0) {
      close(Disconnect.GOING_AWAY);
    }
  }

  /** A connection has few rooms: comparing bytes is faster than creating and hashing a string. */
  private Channel find(InboundMessage message) {
    for (int i = 0; i < channels.size(); i++) {
      Channel channel = channels.get(i);
      if (channel.room().topic().isOf(message)) {
        return channel;
      }
    }
    return null;
  }

  Channel channel(String room) {
    for (Channel channel : channels) {
      if (channel.room().name().equals(room)) {
        return channel;
      }
    }
    return null;
  }

  void forget(Channel channel) {
    if (channels.remove(channel)) {
      channel.room().release();
    }
  }

  /** Copied: ending one changes the list. */
  List<Channel> channels() {
    return List.copyOf(channels);
  }

  void endChannels(boolean error) {
    channels().forEach(channel -> channel.end(error));
  }

  /** The end of a turn: writes everything to the socket, unless the peer is too slow. */
  void flush() {
    if (!outbox.flush()) {
      close(Disconnect.SLOW_CONSUMER);
    }
  }

  public void pong(ByteBuf data) {
    if (!closed && intake.admitsControl()) {
      seen();
      outbox.pong(data);
    }
  }

  /** Ends the connection with this close code; earlier writes still go out. */
  public void close(Disconnect reason) {
    if (!closed) {
      hub.closing();
      outbox.close(reason, hub::gone);
      onClosed(reason.reason());
    }
  }

  /**
   * Asks the client to wait before it reconnects, takes no more pushes and closes once those in
   * flight are answered.
   */
  void drain(long delayMs) {
    if (closed || draining) {
      return;
    }
    outbox.reconnectIn(delayMs);
    draining = true;
    if (unacked == 0) {
      close(Disconnect.GOING_AWAY);
    }
  }

  SocketState state() {
    if (!outbox.isWritable()) {
      return SocketState.SLOW;
    } else if (liveness.awaitsPong()) {
      return SocketState.PINGED;
    }
    return channels.isEmpty() ? SocketState.NOT_JOINED : SocketState.JOINED;
  }

  Liveness liveness() {
    return liveness;
  }

  private GatewayConfig limits() {
    return hub.gatewayConfig();
  }

  InstanceLink link() {
    return instance.link();
  }

  long number() {
    return number;
  }

  public UnfinishedMessages unfinished() {
    return hub.unfinished();
  }

  /** That of the identity, at hand: a push reads one object, not three. */
  String user() {
    return user;
  }

  Credentials credentials() {
    return credentials;
  }

  Outbox outbox() {
    return outbox;
  }

  Serializer serializer() {
    return serializer;
  }

  public boolean isClosed() {
    return closed;
  }
}
