package io.mycelium.limits;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Rate;
import io.mycelium.protocol.Refusal;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The connections that a node may still take, of all and of each address, user and tenant: one for
 * all its hubs, so that the bounds are exact however the sockets are spread over event loops. It is
 * all that hubs share, and is touched when a socket comes or goes; for a message only where a user
 * or an instance has a rate.
 */
public final class Places {
  private final int most;
  private final LimitsConfig limits;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLong unfinishedBytes = new AtomicLong();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Handshakes handshakes;
  private final Counts addresses = new Counts(Rate.UNLIMITED);
  private final Counts tenants = new Counts(Rate.UNLIMITED);
  private final Counts users;
  private final Counts instances;

  /**
   * @param most {@code web.max_connections}
   */
  public Places(int most, LimitsConfig limits) {
    this.most = most;
    this.limits = limits;
    this.handshakes =
        new Handshakes(Rate.of(limits.maxHandshakesPerSecond(), limits.handshakeBurst()));
    this.users = new Counts(LimitsConfig.shared(limits.maxUserMessagesPerSecond()));
    this.instances = new Counts(LimitsConfig.shared(limits.maxInstanceMessagesPerSecond()));
  }

  public LimitsConfig limits() {
    return limits;
  }

  /** Somebody wants to connect; why that is too often, else null. */
  public Refusal handshake(String address) {
    return handshakes.take(address) == 0
        ? null
        : new Refusal(
            ErrorCode.RATE_LIMITED,
            address
                + " asks for more than limits.max_handshakes_per_second, "
                + limits.maxHandshakesPerSecond());
  }

  /** Takes one of the node's; why not, if there is none left, else null. */
  Refusal take() {
    if (taken.incrementAndGet() <= most) {
      return null;
    }
    taken.decrementAndGet();
    return full("the node has its web.max_connections of " + most);
  }

  /** Gives back what {@link #take} gave. */
  void free() {
    taken.decrementAndGet();
  }

  static Refusal full(String message) {
    return new Refusal(ErrorCode.MAX_CONNECTIONS, message);
  }

  /** Bytes of messages that are not complete, of all hubs. */
  public AtomicLong unfinishedBytes() {
    return unfinishedBytes;
  }

  /** Bytes that wait for slow peers, of all hubs. */
  public AtomicLong waitingBytes() {
    return waitingBytes;
  }

  Counts addresses() {
    return addresses;
  }

  Counts users() {
    return users;
  }

  Counts tenants() {
    return tenants;
  }

  Counts instances() {
    return instances;
  }
}
