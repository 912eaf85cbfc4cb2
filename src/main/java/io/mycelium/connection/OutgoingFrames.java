package io.mycelium.connection;

import io.netty.buffer.ByteBuf;

/**
 * The frames that one socket gets in one turn of the event loop, in order: its own, which nobody
 * else gets, and those of its rooms, which many sockets share. What fits is put together and sent
 * at once; the rest, and all of a socket that cannot take it just now, is queued by the transport.
 *
 * <p>A transport that fails may {@link #discard} from within a call here.
 */
final class OutgoingFrames {
  /** Up to here a copy of a batch behind own frames is cheaper than a buffer of its own. */
  private static final int MAX_COPIED_BYTES = 2048;

  private final Buffers buffers;
  private final Transport transport;

  /** Null if there are none. */
  private ByteBuf own;

  /** Those of one room, behind the own ones; read only, null if there are none. */
  private ByteBuf batch;

  /** Whether the transport was given frames that are not flushed. */
  private boolean queued;

  /** Whether it had no more than its budget before it was given any. */
  private boolean keepsUp = true;

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
   * Sends everything, as far as the socket takes it. The budget is looked at before a turn's frames
   * are added: one that is larger than all of it still goes to a peer that reads.
   *
   * @return false if more than the budget was waiting for the peer before this turn
   */
  boolean flush() {
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

  private void flushQueued() {
    queued = false;
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

  /**
   * Of frames that are not here any more: where the socket is broken the flush discards the rest.
   */
  private void queueRest(ByteBuf rest) {
    transport.write(rest);
    transport.flush();
  }

  /** Lets go of what the transport was not given. */
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
