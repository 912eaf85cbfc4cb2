package io.mycelium.access;

/**
 * Who tells who asks, for the two kinds of requests.
 *
 * @param requests of REST and of pages
 * @param upgrades to WebSockets, which need a user and may have their token elsewhere
 */
public record Authenticators(Authenticator requests, Authenticator upgrades) {

  /** Believes everyone, see {@link OpenAuthenticator}. */
  public static Authenticators open() {
    return both(new OpenAuthenticator());
  }

  /** The same for either kind. */
  public static Authenticators both(Authenticator authenticator) {
    return new Authenticators(authenticator, authenticator);
  }
}
