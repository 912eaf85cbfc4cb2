package io.mycelium.cluster;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds what another node may send at once: Vert.x's bus believes a length of up to 2 GiB and
 * gathers that much. Stands in the pipeline of a listening socket; on the bus's port it puts a
 * count of the frames into each connection's, behind TLS.
 */
@Sharable
final class FrameBound extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(FrameBound.class);

  private final int port;
  private final int max;

  FrameBound(int port, int max) {
    this.port = port;
    this.max = max;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Channel accepted
        && ctx.channel().localAddress() instanceof InetSocketAddress own
        && own.getPort() == port) {
      accepted.pipeline().addFirst(new Placing(max));
    }
    ctx.fireChannelRead(message);
  }

  /** Vert.x puts TLS into the pipeline later: it is there once something is read. */
  private static final class Placing extends ChannelInboundHandlerAdapter {
    private final int max;

    Placing(int max) {
      this.max = max;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      ChannelHandlerContext tls = ctx.pipeline().context(SslHandler.class);
      String before = tls == null ? ctx.name() : tls.name();
      ctx.pipeline().addAfter(before, null, new Count(max));
      ctx.fireChannelRead(message);
      ctx.pipeline().remove(this);
    }
  }

  /** Reads the four bytes of each frame's length and skips the rest. */
  static final class Count extends ChannelInboundHandlerAdapter {
    private final int max;
    private int lengthBytes;
    private int length;
    private int left;
    private boolean closed;

    Count(int max) {
      this.max = max;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (closed) {
        ReferenceCountUtil.release(message);
        return;
      }
      if (message instanceof ByteBuf bytes && !fits(bytes)) {
        closed = true;
        LOG.warn(
            "cluster: {} sends a message of {} bytes, expected at most {}"
                + " (cluster.max_frame_bytes): its connection is closed",
            ctx.channel().remoteAddress(),
            length & 0xffffffffL,
            max);
        ReferenceCountUtil.release(message);
        ctx.close();
        return;
      }
      ctx.fireChannelRead(message);
    }

    private boolean fits(ByteBuf bytes) {
      int at = bytes.readerIndex();
      int end = bytes.writerIndex();
      while (at < end) {
        if (left > 0) {
          int skipped = Math.min(left, end - at);
          at += skipped;
          left -= skipped;
        } else {
          length = length << 8 | bytes.getUnsignedByte(at++);
          if (++lengthBytes == Integer.BYTES) {
            if (length < 0 || length > max) {
              return false;
            }
            left = length;
            lengthBytes = 0;
            length = 0;
          }
        }
      }
      return true;
    }
  }
}
