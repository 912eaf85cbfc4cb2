package io.mycelium.access;

import java.time.Duration;

/**
 * The authenticators of the two kinds of requests, and how long an identity holds.
 *
 * @param requests for requests of REST and of pages
 * @param upgrades for upgrades to WebSockets, which need a user and may carry the token in other
 *     places
 * @param expiryNotice how long before the expiry of its token a socket is told
 * @param expiryGrace how long after the expiry a socket may still send another token before it is
 *     closed
 * @param revocations the revocations in force on this node
 */
public record Authenticators(
    Authenticator requests,
    Authenticator upgrades,
    Duration expiryNotice,
    Duration expiryGrace,
    Revocations revocations) {

  /** Trusts every caller, see {@link OpenAuthenticator}. */
  public static Authenticators open() {
    return both(new OpenAuthenticator());
  }

  /** One authenticator for both kinds of requests, with the default times and no revocations. */
  public static Authenticators both(Authenticator authenticator) {
    return new Authenticators(
        authenticator,
        authenticator,
        AccessConfig.DEFAULT.expiryNotice(),
        AccessConfig.DEFAULT.expiryGrace(),
        new Revocations());
  }
}
