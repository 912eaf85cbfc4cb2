package io.mycelium.web.socket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.ssl.SslHandler;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;

/**
 * Sends bytes past Netty's pipeline and queue, which cost more than all that was done to make the
 * bytes. Only over a native socket, whose bytes nobody encrypts, and only while nothing waits in
 * the queue. On the socket's event loop.
 */
final class DirectSocket {
  private final Channel channel;

  /** Null where all has to go Netty's way. */
  private final Socket socket;

  DirectSocket(Channel channel) {
    this.channel = channel;
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    this.socket =
        plain && channel instanceof UnixChannel unix && unix.fd() instanceof Socket descriptor
            ? descriptor
            : null;
  }

  /**
   * Whether nothing waits in Netty's queue, which is null once the channel is closed or its output
   * shut: the descriptor may be another socket's by then.
   */
  boolean isFree() {
    if (socket == null || !channel.isOpen()) {
      return false;
    }
    ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
    return queue != null && queue.totalPendingWriteBytes() == 0;
  }

  /**
   * Sends while the socket {@link #isFree}. What fails here fails for Netty as well, which then
   * closes the channel.
   *
   * @return how many bytes were taken; the buffer's indices stay as they are
   */
  int send(ByteBuf bytes) {
    if (!bytes.hasMemoryAddress()) {
      return 0;
    }
    try {
      return socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex());
    } catch (IOException | NotYetConnectedException e) {
      return 0;
    }
  }
}
