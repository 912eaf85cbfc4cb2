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
 * Sends bytes directly, bypassing Netty's pipeline and queue, which cost more than making the
 * bytes. Only over an unencrypted native socket, and only while the queue is empty. On the socket's
 * event loop.
 */
final class DirectSocket {
  private final Channel channel;

  /** Null if all bytes must go through Netty. */
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
   * Whether Netty's queue is empty. The queue is null once the channel or its output is closed: the
   * descriptor may then belong to another socket.
   */
  boolean isFree() {
    if (socket == null || !channel.isOpen()) {
      return false;
    }
    ChannelOutboundBuffer queue = channel.unsafe().outboundBuffer();
    return queue != null && queue.totalPendingWriteBytes() == 0;
  }

  /**
   * Sends while the socket {@link #isFree}. A write that fails here fails for Netty as well, which
   * then closes the channel.
   *
   * @return how many bytes were taken; the buffer's indices do not change
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
