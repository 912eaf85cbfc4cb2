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
   * The identity that somebody who is connected goes on with, under another token. Any thread; the
   * future may complete on another one.
   *
   * @param known who it is so far; the token must be the same user's
   * @return fails with a {@link io.mycelium.protocol.Refusal}, {@code unauthorized} or {@code
   *     forbidden}, that changes nothing. Where nobody needs a token, any is as good
   */
  default Future<Identity> renew(Identity known, String token) {
    return Future.succeededFuture(known);
  }
}
