package io.mycelium.connection;

import io.netty.buffer.ByteBuf;

/**
 * The frames that one socket gets in one event-loop turn, in order: its own frames, and the frames
 * of its rooms, which many sockets share. Frames that fit are joined and sent at once. The
 * transport queues the rest, and all frames of a socket that cannot take them now.
 *
 * <p>A failing transport may call {@link #discard} from within a call here.
 */
final class OutgoingFrames {
  /** Up to this size, copying a batch after own frames is cheaper than a separate buffer. */
  private static final int MAX_COPIED_BYTES = 2048;

  private final Buffers buffers;
  private final Transport transport;

  /** Null if there are none. */
  private ByteBuf own;

  /** Frames of one room, after the own frames; read only, null if there are none. */
  private ByteBuf batch;

  /** Whether the transport has frames that are not flushed. */
  private boolean queued;

  /** Whether the transport was within its budget before it got any frames. */
  private boolean keepsUp = true;

  /** Whether the last flush left something to the transport's queue. */
  private boolean left;

  OutgoingFrames(Buffers buffers, Transport transport) {
    this.buffers = buffers;
    this.transport = transport;
  }

  /** To append whole frames to, before the next call. */
  ByteBuf own() {
    if (batch != null) {
      putBatchBefore();
    }
    return ownBuffer();
  }

  private ByteBuf ownBuffer() {
    if (own == null) {
      own = buffers.own();
    }
    return own;
  }

  /** A room's frames; the buffer stays the caller's too, and does not change until it is freed. */
  void add(ByteBuf shared) {
    if (batch != null) {
      putBatchBefore();
    }
    batch = shared.retain();
  }

  private void putBatchBefore() {
    if (bytes() > Buffers.MAX_JOINED_BYTES) {
      queue();
    } else {
      appendBatch();
    }
  }

  private void appendBatch() {
    ownBuffer().writeBytes(batch, batch.readerIndex(), batch.readableBytes());
    releaseBatch();
  }

  private int bytes() {
    return (own == null ? 0 : own.readableBytes()) + (batch == null ? 0 : batch.readableBytes());
  }

  /** Gives everything to the transport, to be flushed later. */
  void queue() {
    if (own != null && batch != null && bytes() <= MAX_COPIED_BYTES) {
      appendBatch();
    }
    if (!queued) {
      queued = true;
      keepsUp = transport.isWritable();
    }
    if (own != null) {
      ByteBuf frames = own;
      own = null;
      transport.write(frames);
    }
    if (batch != null) {
      ByteBuf frames = batch.duplicate();
      batch = null;
      transport.write(frames);
    }
  }

  /**
   * Sends everything, as far as the socket takes it. The budget is checked before a turn's frames
   * are added, so a frame larger than the budget still goes to a peer that reads.
   *
   * @return false if more than the budget was waiting for the peer before this turn
   */
  boolean flush() {
    left = false;
    boolean both = own != null && batch != null;
    if (queued || both && bytes() > Buffers.MAX_JOINED_BYTES || !transport.sendsDirectly()) {
      queue();
      flushQueued();
    } else if (both) {
      sendJoined();
    } else if (own != null) {
      sendOwn();
    } else if (batch != null) {
      sendBatch();
    }
    boolean kept = keepsUp;
    keepsUp = true;
    return kept;
  }

  /** Bytes that wait after the last flush; 0 unless it left some to the transport's queue. */
  long waiting() {
    return left ? transport.waiting() : 0;
  }

  private void flushQueued() {
    queued = false;
    left = true;
    transport.flush();
  }

  private void sendOwn() {
    own.skipBytes(transport.send(own));
    if (own.isReadable()) {
      ByteBuf rest = own;
      own = null;
      queueRest(rest);
    } else {
      releaseOwn();
    }
  }

  private void sendBatch() {
    int sent = transport.send(batch);
    if (sent < batch.readableBytes()) {
      ByteBuf rest = batch.duplicate().skipBytes(sent);
      batch = null;
      queueRest(rest);
    } else {
      releaseBatch();
    }
  }

  private void sendJoined() {
    ByteBuf joined = buffers.joined();
    joined.writeBytes(own, own.readerIndex(), own.readableBytes());
    joined.writeBytes(batch, batch.readerIndex(), batch.readableBytes());
    discard();
    int sent = transport.send(joined);
    if (sent < joined.readableBytes()) {
      queueRest(joined.copy(sent, joined.readableBytes() - sent));
    }
  }

  /** For frames that are gone: if the socket is broken, the flush discards the rest. */
  private void queueRest(ByteBuf rest) {
    left = true;
    transport.write(rest);
    transport.flush();
  }

  /** Releases the frames that the transport did not get. */
  void discard() {
    if (own != null) {
      releaseOwn();
    }
    if (batch != null) {
      releaseBatch();
    }
  }

  private void releaseOwn() {
    ByteBuf frames = own;
    own = null;
    buffers.giveBack(frames);
  }

  private void releaseBatch() {
    batch.release();
    batch = null;
  }
}
