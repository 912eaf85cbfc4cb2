package io.mycelium.ops;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in the pipeline of each listening socket, in front of Netty's acceptor. An accept that
 * fails, mostly for want of a file descriptor, is counted, tried again after a second (as Netty
 * does; the kernel keeps what waits) and told of in one line, where Netty logs a stack trace each
 * time.
 */
@Sharable
final class FailedAccepts extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(FailedAccepts.class);
  private static final long SILENCE_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final int PAUSE_MS = 1000;

  private final Runnable count;
  private final LongSupplier clock;
  private final AtomicLong told;

  /**
   * @param count is called for each
   * @param clock nanoseconds, like {@link System#nanoTime}
   */
  FailedAccepts(Runnable count, LongSupplier clock) {
    this.count = count;
    this.clock = clock;
    this.told = new AtomicLong(clock.getAsLong() - SILENCE_NANOS);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!(cause instanceof IOException)) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    count.run();
    pause(ctx.channel());
    long last = told.get();
    long now = clock.getAsLong();
    if (now - last >= SILENCE_NANOS && told.compareAndSet(last, now)) {
      LOG.warn("{}", line(cause.getMessage(), Descriptors.open(), Descriptors.max()));
    }
  }

  private static void pause(Channel listening) {
    if (listening.config().isAutoRead()) {
      listening.config().setAutoRead(false);
      listening
          .eventLoop()
          .schedule(() -> listening.config().setAutoRead(true), PAUSE_MS, TimeUnit.MILLISECONDS);
    }
  }

  static String line(String failure, long open, long max) {
    String use = open + " of " + max + " file descriptors of this process are in use";
    if (String.valueOf(failure).contains("open files in system")) {
      return "new connections wait: the machine has no file descriptor left ("
          + use
          + "): raise fs.file-max";
    }
    if (String.valueOf(failure).contains("Too many open files")) {
      return "new connections wait: "
          + use
          + ": "
          + Descriptors.RAISE
          + ", or lower web.max_connections";
    }
    return "new connections wait: " + failure + " (" + use + ")";
  }
}
