package io.mycelium.web;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The short way to a plain socket of the native transport: the one buffer that a turn mostly comes
 * to goes straight to the operating system, past Netty's queue, while nothing waits there. Whatever
 * does not fit this (a second buffer, a peer that does not keep up, an error) goes Netty's way, in
 * order. For the socket's event loop.
 */
final class DirectWrite {
  private static final Logger LOG = LoggerFactory.getLogger(DirectWrite.class);

  private final ChannelHandlerContext head;

  /** Null where every write must take Netty's way: TLS, and transports without a descriptor. */
  private final FileDescriptor socket;

  private ByteBuf taken;

  private DirectWrite(ChannelHandlerContext head, FileDescriptor socket) {
    this.head = head;
    this.socket = socket;
  }

  static DirectWrite of(ChannelHandlerContext head) {
    Channel channel = head.channel();
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    return new DirectWrite(head, plain && channel instanceof UnixChannel unix ? unix.fd() : null);
  }

  /**
   * Takes a buffer over until the flush.
   *
   * @return false if it is not the first of this turn or others wait for the peer: the caller
   *     writes it, behind what was taken before
   */
  boolean take(ByteBuf frames) {
    if (taken == null && socket != null && frames.hasMemoryAddress() && nothingWaits()) {
      taken = frames;
      return true;
    }
    pass();
    return false;
  }

  /**
   * Also false once the channel is closed, before the number of its descriptor may be another's.
   */
  private boolean nothingWaits() {
    ChannelOutboundBuffer queue = head.channel().unsafe().outboundBuffer();
    return queue != null && queue.totalPendingWriteBytes() == 0;
  }

  /** Gives what was taken to Netty's queue, for others to follow. */
  void pass() {
    if (taken != null) {
      ByteBuf frames = taken;
      taken = null;
      head.write(frames, head.voidPromise());
    }
  }

  /** Returns false if there is nothing here, so that Netty's queue is to be flushed. */
  boolean flush() {
    if (taken == null) {
      return false;
    }
    if (nothingWaits()) {
      writeNow();
    }
    if (taken.isReadable()) {
      pass();
      return false;
    }
    discard();
    return true;
  }

  /** Netty meets the same error with what is left, and ends the channel as it always does. */
  private void writeNow() {
    try {
      int written =
          socket.writeAddress(taken.memoryAddress(), taken.readerIndex(), taken.writerIndex());
      taken.skipBytes(written);
    } catch (IOException e) {
      LOG.trace("a direct write failed", e);
    }
  }

  /** The socket is gone. */
  void discard() {
    if (taken != null) {
      taken.release();
      taken = null;
    }
  }
}
