package io.mycelium.limits;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Rate;
import io.mycelium.protocol.Refusal;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many more connections a node may accept, in all and from each address, user and tenant. All
 * hubs of a node share one object, so the bounds are exact however the sockets are spread over
 * event loops. Hubs share nothing else. They use the object when a socket opens or closes, and for
 * messages only where users or instances have a rate.
 */
public final class Places {
  private final int most;
  private final LimitsConfig limits;
  private final AtomicInteger taken = new AtomicInteger();
  private final AtomicLong unfinishedBytes = new AtomicLong();
  private final AtomicLong waitingBytes = new AtomicLong();
  private final Handshakes handshakes;
  private final Counts addresses = new Counts(Rate.UNLIMITED, Rate.UNLIMITED);
  private final Counts tenants = new Counts(Rate.UNLIMITED, Rate.UNLIMITED);
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
    this.users =
        new Counts(
            LimitsConfig.shared(limits.maxUserMessagesPerSecond()),
            LimitsConfig.shared(limits.maxUserBytesPerSecond()));
    this.instances =
        new Counts(
            LimitsConfig.shared(limits.maxInstanceMessagesPerSecond()),
            LimitsConfig.shared(limits.maxInstanceBytesPerSecond()));
  }

  public LimitsConfig limits() {
    return limits;
  }

  /** Counts an upgrade from an address. Returns a refusal if there are too many, else null. */
  public Refusal handshake(String address) {
    return handshakes.take(address) == 0
        ? null
        : new Refusal(
            ErrorCode.RATE_LIMITED,
            address
                + " asks for more than limits.max_handshakes_per_second, "
                + limits.maxHandshakesPerSecond());
  }

  /** Takes one place of the node. Returns a refusal if no place is left, else null. */
  Refusal take() {
    if (taken.incrementAndGet() <= most) {
      return null;
    }
    taken.decrementAndGet();
    return full("the node has its web.max_connections of " + most);
  }

  /** Gives back a place that {@link #take} took. */
  void free() {
    taken.decrementAndGet();
  }

  static Refusal full(String message) {
    return new Refusal(ErrorCode.MAX_CONNECTIONS, message);
  }

  /** Bytes of incomplete messages in all hubs. */
  public AtomicLong unfinishedBytes() {
    return unfinishedBytes;
  }

  /** Bytes that wait for slow peers in all hubs. */
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
