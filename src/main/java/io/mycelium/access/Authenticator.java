package io.mycelium.access;

import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;

/**
 * Identifies the caller, once for each REST request and each upgrade, before any of the body is
 * read.
 */
@FunctionalInterface
public interface Authenticator {

  /**
   * The identity of this request's sender. Called on the request's event loop, so it must not
   * block; the future may complete later.
   *
   * @return fails with a {@link io.mycelium.protocol.Refusal}, e.g. {@code unauthorized}, that
   *     becomes the answer
   */
  Future<Identity> authenticate(HttpServerRequest request);

  /**
   * The identity of a connection under another token. Any thread; the future may complete on
   * another thread.
   *
   * @param known the identity so far; the token must have the same user and tenant
   * @return fails with a {@link io.mycelium.protocol.Refusal}, {@code unauthorized} or {@code
   *     forbidden}. An authenticator that needs no tokens returns {@code known}
   */
  default Future<Identity> renew(Identity known, String token) {
    return Future.succeededFuture(known);
  }

  /** Whether a request needs a token; if not, everybody is believed. */
  default boolean needsToken() {
    return false;
  }

  /**
   * The identity of a token that did not come with a request that {@link #authenticate} reads, such
   * as the token of the console's log-in. Only if {@link #needsToken}.
   *
   * @return fails as {@link #authenticate} does
   */
  default Future<Identity> read(String token) {
    return Future.failedFuture(new IllegalStateException("no token is needed"));
  }
}
