package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;

/** The output of one socket; called on its event loop. */
public interface Transport {
  /**
   * Queues whole WebSocket frames, or the rest of frames of which {@link #send} took the first
   * part; takes over the buffer's reference.
   */
  void write(ByteBuf frames);

  /** Whether {@link #send} may be tried: nothing is queued, and the socket is unencrypted. */
  boolean sendsDirectly();

  /**
   * Hands whole frames to the operating system at once.
   *
   * @param frames stays the caller's; its indices do not change
   * @return how many bytes were taken; {@linkplain #write write} the rest
   */
  int send(ByteBuf frames);

  /** Hands the queued frames to the operating system. */
  void flush();

  /**
   * False once more bytes wait for the peer than the connection's budget allows. A {@linkplain
   * #write write} of more than half of it does not count until it has left, if it is the only such
   * one: a peer that joins a room with a large state is not slow for that.
   */
  boolean isWritable();

  /** Whether the peer takes compressed messages. */
  default boolean deflates() {
    return false;
  }

  /** Bytes that wait for the peer, where that is known. */
  default long waiting() {
    return 0;
  }

  /**
   * Asks the operating system to take no more ahead of the network than is needed, where it can:
   * what it took cannot be replaced by something newer either.
   */
  default void keepFresh() {}

  /** Runs the task, on the event loop, once what waits now has left; never if the socket ends. */
  default void whenSent(Runnable task) {}

  /**
   * Flushes, sends a close frame with the reason's code and ends the connection.
   *
   * @param gone runs on the event loop once the peer closed its half too, or the server gave it up
   */
  void close(Disconnect reason, Runnable gone);
}
