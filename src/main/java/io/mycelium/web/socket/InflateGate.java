package io.mycelium.web.socket;

import io.mycelium.connection.Connection;
import io.mycelium.connection.ConnectionMeters;
import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * The compressed messages of one socket: decompresses them, and lets the socket's bytes in no
 * faster than what they grow to may cost. A kilobyte may become a message of a megabyte, so bytes
 * come in by small parts, and while the event loop has spent its share on such messages, sockets
 * that took more than theirs are not read. On the socket's event loop.
 */
final class InflateGate extends ChannelInboundHandlerAdapter {
  /** Bytes let in between two looks at the time. */
  private static final int PART_BYTES = 4096;

  /** A socket's share of the event loop's time: one part in so many. */
  private static final int SHARE = 20;

  /** How far a socket may be ahead of its share: 1 ms of work at once. */
  private static final long AHEAD_NS = SHARE * 1_000_000L;

  private final Inflation inflation;
  private final InflateShare ofLoop;
  private final ConnectionMeters meters;
  private final ArrayDeque<ByteBuf> held = new ArrayDeque<>(2);
  private long busyUntil = System.nanoTime();
  private boolean shut;

  InflateGate(Inflation inflation, InflateShare ofLoop, ConnectionMeters meters) {
    this.inflation = inflation;
    this.ofLoop = ofLoop;
    this.meters = meters;
  }

  /** Hands a compressed message on; it must be whole, and no larger than a message may be. */
  void deliver(Connection connection, byte[] message, int length, boolean text, int most) {
    if (connection.isClosed()) {
      return;
    }
    long began = System.nanoTime();
    int inflated = inflation.inflate(message, length, most);
    meters.inflated(length, Math.max(inflated, 0));
    if (inflated == Inflation.TOO_LONG) {
      connection.close(Disconnect.MESSAGE_TOO_BIG);
    } else if (inflated == Inflation.BROKEN) {
      connection.close(Disconnect.PROTOCOL_ERROR);
    } else if (text) {
      connection.onText(inflation.output(), inflated);
    } else {
      connection.onBinary(inflation.output(), inflated);
    }
    long now = System.nanoTime();
    busyUntil = Math.max(busyUntil, began) + SHARE * (now - began);
    ofLoop.spent(began, now);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    held.add((ByteBuf) message);
    if (!shut) {
      letIn(context);
    }
  }

  private void letIn(ChannelHandlerContext context) {
    while (!held.isEmpty()) {
      if (isOverShare()) {
        shut(context);
        return;
      }
      ByteBuf next = held.peek();
      boolean last = next.readableBytes() <= PART_BYTES;
      context.fireChannelRead(last ? held.poll() : next.readRetainedSlice(PART_BYTES));
    }
  }

  private boolean isOverShare() {
    long now = System.nanoTime();
    return busyUntil - now > AHEAD_NS && ofLoop.aheadNs(now) > 0;
  }

  /** Nothing is read meanwhile, so what is held is one read, or what TLS had decrypted. */
  private void shut(ChannelHandlerContext context) {
    shut = true;
    context.channel().config().setAutoRead(false);
    long wait = Math.max(TimeUnit.MILLISECONDS.toNanos(1), ofLoop.aheadNs(System.nanoTime()));
    context.executor().schedule(() -> open(context), wait, TimeUnit.NANOSECONDS);
  }

  private void open(ChannelHandlerContext context) {
    shut = false;
    if (context.isRemoved()) {
      return;
    }
    letIn(context);
    context.fireChannelReadComplete();
    if (!shut) {
      context.channel().config().setAutoRead(true);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext context) {
    held.forEach(ByteBuf::release);
    held.clear();
  }
}
