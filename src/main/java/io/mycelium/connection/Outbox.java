package io.mycelium.connection;

import io.mycelium.bus.Outbound;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Frames;
import io.mycelium.protocol.InboundMessage;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Serializer;
import io.mycelium.protocol.Topic;
import io.netty.buffer.ByteBuf;

/**
 * The output to one socket: gathered in order in one buffer during an event-loop turn, and flushed
 * at its end together with the batches of the socket's rooms.
 */
final class Outbox {
  static final byte[] NULL = JsonWriter.constant("null");
  static final byte[] EMPTY = JsonWriter.constant("{}");
  private static final byte[] PHX_CLOSE = JsonWriter.quoted("phx_close");
  private static final byte[] PHX_ERROR = JsonWriter.quoted("phx_error");
  private static final byte[] RECONNECT = JsonWriter.quoted("reconnect");
  private static final byte[] TOKEN_EXPIRING = JsonWriter.quoted("token_expiring");
  private static final byte[] IN = JsonWriter.constant("{\"in\":");
  private static final byte[] DELAY = JsonWriter.constant("{\"delay\":");

  private final Hub hub;
  private final Connection connection;
  private final Serializer serializer;
  private final Transport transport;
  private final OutgoingFrames frames;
  private boolean dirty;

  /** Whether messages of some rooms are held back until the socket has taken the earlier ones. */
  private boolean behind;

  Outbox(Hub hub, Connection connection, Serializer serializer, Transport transport) {
    this.hub = hub;
    this.connection = connection;
    this.serializer = serializer;
    this.transport = transport;
    this.frames = new OutgoingFrames(hub.buffers(), transport);
  }

  void reply(byte[] joinRef, byte[] ref, Topic topic, boolean ok, byte[] response) {
    ByteBuf out = buffer();
    int from = out.writerIndex();
    serializer.reply(out, joinRef, ref, topic, ok, response);
    deflate(out, from);
  }

  void replySeq(byte[] joinRef, byte[] ref, Topic topic, long seq) {
    serializer.replySeq(buffer(), joinRef, ref, topic, seq);
  }

  void error(byte[] joinRef, byte[] ref, Topic topic, Outbound.Reply reply) {
    if (reply.response() == null) {
      error(joinRef, ref, topic, reply.code(), reply.message());
    } else {
      hub.meters().errorReply(reply.code().reason());
      reply(joinRef, ref, topic, false, reply.response());
    }
  }

  /** The answer to a message that is refused. */
  void error(byte[] joinRef, InboundMessage to, ErrorCode code, String message) {
    error(joinRef, to.ref(), new Topic(to.topic()), code, message);
  }

  void error(byte[] joinRef, byte[] ref, Topic topic, ErrorCode code, String message) {
    hub.meters().errorReply(code.reason());
    reply(joinRef, ref, topic, false, ErrorResponse.of(code, message));
  }

  /** The answer to a message that came too soon. */
  void rateLimited(byte[] joinRef, InboundMessage to, String message, long retryAfterMs) {
    hub.meters().errorReply(ErrorCode.RATE_LIMITED.reason());
    byte[] response = ErrorResponse.of(ErrorCode.RATE_LIMITED, message, retryAfterMs);
    reply(joinRef, to.ref(), new Topic(to.topic()), false, response);
  }

  /** A message to one channel. */
  void push(Channel channel, byte[] quotedEvent, byte[] json) {
    ByteBuf out = buffer();
    int from = out.writerIndex();
    serializer.push(out, channel.joinRef(), NULL, channel.room().topic(), quotedEvent, json);
    deflate(out, from);
  }

  private void deflate(ByteBuf out, int from) {
    if (transport.deflates()) {
      hub.buffers().deflation().frame(out, from);
    }
  }

  boolean deflates() {
    return transport.deflates();
  }

  void phxClose(Channel channel) {
    end(channel, PHX_CLOSE);
  }

  void phxError(Channel channel) {
    end(channel, PHX_ERROR);
  }

  private void end(Channel channel, byte[] event) {
    byte[] joinRef = channel.joinRef();
    serializer.push(buffer(), joinRef, joinRef, channel.room().topic(), event, EMPTY);
  }

  /**
   * A message on the topic of heartbeats. Only Mycelium's own client reads it: Phoenix's clients
   * have no channel for this topic.
   */
  void reconnectIn(long delayMs) {
    byte[] payload = JsonWriter.lastField(DELAY, delayMs);
    serializer.push(buffer(), NULL, NULL, Topic.PHOENIX, RECONNECT, payload);
  }

  /** Likewise; Mycelium's own client sends another token in return. */
  void tokenExpiring(long inMs) {
    byte[] payload = JsonWriter.lastField(IN, inMs);
    serializer.push(buffer(), NULL, NULL, Topic.PHOENIX, TOKEN_EXPIRING, payload);
  }

  void ping() {
    Frames.ping(buffer());
  }

  void pong(ByteBuf data) {
    Frames.pong(buffer(), data);
  }

  /** To append whole frames to. */
  ByteBuf buffer() {
    touch();
    return frames.own();
  }

  /** A room's frames; the buffer stays the caller's too. */
  void write(ByteBuf batch) {
    touch();
    frames.add(batch);
  }

  private void touch() {
    if (!dirty) {
      dirty = true;
      hub.dirty(connection);
    }
  }

  /** A room may hold messages back. */
  void keepFresh() {
    transport.keepFresh();
  }

  boolean isWritable() {
    return transport.isWritable();
  }

  /** Returns false if more than the budget was waiting for the peer before this turn. */
  boolean flush() {
    dirty = false;
    if (connection.isClosed()) {
      frames.discard();
      return true;
    }
    boolean kept = frames.flush();
    long waiting = frames.waiting();
    if (kept && waiting > Laggards.FEW_BYTES) {
      holdBack(waiting);
    }
    return kept;
  }

  private void holdBack(long waiting) {
    boolean some = false;
    for (Channel channel : connection.channels()) {
      some |= channel.room().holdBack(channel, waiting);
    }
    if (some && !behind) {
      behind = true;
      transport.whenSent(this::caughtUp);
    }
  }

  private void caughtUp() {
    behind = false;
    for (Channel channel : connection.channels()) {
      channel.room().caughtUp(channel);
    }
  }

  void close(Disconnect reason, Runnable gone) {
    frames.queue();
    transport.close(reason, gone);
  }

  /** Releases the frames that a closed socket will not get. */
  void discard() {
    frames.discard();
  }
}
