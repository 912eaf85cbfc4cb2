package io.mycelium.access;

import io.vertx.core.Future;
import java.time.Duration;

/**
 * Who tells who asks, for the kinds of requests, and how long that holds.
 *
 * @param requests of REST and of pages
 * @param upgrades to WebSockets, which need a user and may have their token elsewhere
 * @param tokens whose a token is, however it came; null where none is asked for
 * @param expiryNotice how long before its token expires a socket is told
 * @param expiryGrace how long after that it may bring another before it is closed
 * @param revocations in force on this node
 */
public record Authenticators(
    Authenticator requests,
    Authenticator upgrades,
    TokenReader tokens,
    Duration expiryNotice,
    Duration expiryGrace,
    Revocations revocations) {

  /** Whose a token is; fails as {@link Authenticator#authenticate} does. */
  @FunctionalInterface
  public interface TokenReader {
    Future<Identity> read(String token);
  }

  /** Believes everyone, see {@link OpenAuthenticator}. */
  public static Authenticators open() {
    return both(new OpenAuthenticator());
  }

  /** The same for either kind, without tokens, with the default times, and nothing revoked. */
  public static Authenticators both(Authenticator authenticator) {
    return new Authenticators(
        authenticator,
        authenticator,
        null,
        AccessConfig.DEFAULT.expiryNotice(),
        AccessConfig.DEFAULT.expiryGrace(),
        new Revocations());
  }

  /** Whether everybody is believed. */
  public boolean isOpen() {
    return tokens == null;
  }
}
