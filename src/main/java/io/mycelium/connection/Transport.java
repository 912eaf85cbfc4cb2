package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;

/** The way out to one socket; called on its event loop. */
public interface Transport {
  /**
   * Queues whole WebSocket frames, or those of which {@link #send} took the first part; takes over
   * the buffer's reference.
   */
  void write(ByteBuf frames);

  /** Whether {@link #send} is worth a try: nothing waits before it, and the socket is plain. */
  boolean sendsDirectly();

  /**
   * Hands whole frames to the operating system at once.
   *
   * @param frames stays the caller's, with its indices
   * @return how many bytes were taken; the rest is to be {@linkplain #write written}
   */
  int send(ByteBuf frames);

  /** Hands what was queued to the operating system. */
  void flush();

  /**
   * False once more than the connection's budget waits for the peer. A {@linkplain #write write} of
   * more than half of it does not count until it has left, if it is the only such one: a peer that
   * joins a room with a large state is not slow for that.
   */
  boolean isWritable();

  /**
   * Flushes, sends a close frame with the reason's code and ends the connection.
   *
   * @param gone run on the event loop once the peer ended its half too, or was given up
   */
  void close(Disconnect reason, Runnable gone);
}
