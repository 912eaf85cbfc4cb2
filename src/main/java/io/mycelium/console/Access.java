package io.mycelium.console;

import io.mycelium.access.Action;
import io.mycelium.access.Authenticator;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.access.SessionCookie;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Who may see the console. Where tokens are required: a client whose token has the scope {@code
 * console}, as a bearer or in the cookie of the log-in. In the open mode: a client that connects
 * from this machine, and not through a proxy.
 */
final class Access {
  /** Longest session, even if its token lasts longer. */
  static final Duration SESSION = Duration.ofHours(12);

  private static final String BEARER = "bearer ";
  private static final List<String> FORWARDED =
      List.of("Forwarded", "X-Forwarded-For", "X-Real-IP");

  private static final Refusal FAR =
      new Refusal(
          ErrorCode.FORBIDDEN,
          "with access.mode: open the console answers only on the machine that it runs on;"
              + " access.mode: required lets whoever has a token reach it from elsewhere");
  private static final Refusal ABSENT =
      new Refusal(ErrorCode.UNAUTHORIZED, "the console needs a token with the scope console");

  private final Authenticator authenticator;
  private final LongSupplier clock;

  /**
   * @param clock milliseconds since 1970
   */
  Access(Authenticator authenticator, LongSupplier clock) {
    this.authenticator = authenticator;
    this.clock = clock;
  }

  boolean needsToken() {
    return authenticator.needsToken();
  }

  /** Fails with {@code unauthorized} or {@code forbidden} if the request may not go on. */
  Future<Void> admit(HttpServerRequest request) {
    return admission(request).get();
  }

  /** The same check, to be repeated while the socket that the request opened lasts. */
  Supplier<Future<Void>> admission(HttpServerRequest request) {
    if (!needsToken()) {
      Future<Void> local = isLocal(request) ? Future.succeededFuture() : Future.failedFuture(FAR);
      return () -> local;
    }
    String token = token(request);
    return token == null ? () -> Future.failedFuture(ABSENT) : () -> admit(token).mapEmpty();
  }

  /** The identity of the token, if it may see the console. */
  Future<Identity> admit(String token) {
    return authenticator
        .read(token)
        .compose(
            identity -> {
              Refusal refusal = Permissions.check(identity, Action.CONSOLE, null, null);
              return refusal == null
                  ? Future.succeededFuture(identity)
                  : Future.failedFuture(refusal);
            });
  }

  private static String token(HttpServerRequest request) {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return authorization.substring(BEARER.length()).strip();
    }
    return SessionCookie.of(request);
  }

  /** The cookie of a session that begins now and ends with its token, if not before. */
  Cookie session(Identity identity, String token, boolean secure) {
    long life = SESSION.toSeconds();
    if (identity.expires() != Identity.NEVER) {
      life = Math.max(1, Math.min(life, identity.expires() - clock.getAsLong() / 1000));
    }
    return SessionCookie.make(token, life, secure);
  }

  /** A proxy on this machine connects from it too, but names its client in a header. */
  private static boolean isLocal(HttpServerRequest request) {
    if (FORWARDED.stream().anyMatch(request.headers()::contains)) {
      return false;
    }
    String host = request.remoteAddress().hostAddress();
    // An address, not a name, so there is no DNS query.
    InetAddress peer = host == null ? null : new InetSocketAddress(host, 0).getAddress();
    return peer != null && peer.isLoopbackAddress();
  }
}
