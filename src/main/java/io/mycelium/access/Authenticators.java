package io.mycelium.access;

import java.time.Duration;

/**
 * Who tells who asks, for the two kinds of requests, and how long that holds.
 *
 * @param requests of REST and of pages
 * @param upgrades to WebSockets, which need a user and may have their token elsewhere
 * @param expiryNotice how long before its token expires a socket is told
 * @param expiryGrace how long after that it may bring another before it is closed
 * @param revocations in force on this node
 */
public record Authenticators(
    Authenticator requests,
    Authenticator upgrades,
    Duration expiryNotice,
    Duration expiryGrace,
    Revocations revocations) {

  /** Believes everyone, see {@link OpenAuthenticator}. */
  public static Authenticators open() {
    return both(new OpenAuthenticator());
  }

  /** The same for either kind, with the default times, and nothing revoked. */
  public static Authenticators both(Authenticator authenticator) {
    return new Authenticators(
        authenticator,
        authenticator,
        AccessConfig.DEFAULT.expiryNotice(),
        AccessConfig.DEFAULT.expiryGrace(),
        new Revocations());
  }
}
