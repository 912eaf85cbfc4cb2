package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;

/** The way out to one socket; called on its event loop. */
public interface Transport {
  /** Queues whole WebSocket frames; takes over the buffer's reference. */
  void write(ByteBuf frames);

  /** Hands what was queued to the operating system. */
  void flush();

  /** False once more than the connection's budget waits for the peer. */
  boolean isWritable();

  /**
   * Flushes, sends a close frame with the reason's code and ends the connection.
   *
   * @param gone run on the event loop once the peer ended its half too, or was given up
   */
  void close(Disconnect reason, Runnable gone);
}
