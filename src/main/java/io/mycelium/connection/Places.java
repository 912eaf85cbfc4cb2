package io.mycelium.connection;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The connections that a node may still take: one for all its hubs, so that the bound is exact
 * however the sockets are spread over event loops. It is all that hubs share, and is touched when a
 * socket comes or goes, never for a message.
 */
public final class Places {
  private final int most;
  private final AtomicInteger taken = new AtomicInteger();

  /**
   * @param most {@code web.max_connections}
   */
  public Places(int most) {
    this.most = most;
  }

  /** Takes one; why not, if there is none left, else null. */
  Refusal take() {
    if (taken.incrementAndGet() <= most) {
      return null;
    }
    taken.decrementAndGet();
    return new Refusal(
        ErrorCode.MAX_CONNECTIONS, "the node has its web.max_connections of " + most);
  }

  /** Gives back what {@link #take} gave. */
  void free() {
    taken.decrementAndGet();
  }
}
