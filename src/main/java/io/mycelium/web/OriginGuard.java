package io.mycelium.web;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Origin;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Lets only pages of this server and of {@code access.allowed_origins} use it from a browser, and
 * sends CORS answers to the latter (Fetch standard section 3.3). Runs before the router, because
 * Vert.x Web's {@code CorsHandler} executes foreign requests that need no preflight, and upgrades
 * bypass it.
 */
final class OriginGuard {
  /** Any page may import the client's module. */
  private static final String PUBLIC = "/client/";

  private static final String METHODS = "GET, HEAD, POST, PUT, DELETE";
  private static final String HEADERS = "authorization, content-type";
  private static final String EXPOSED = "Location, Retry-After, WWW-Authenticate";
  private static final String MAX_AGE_SECONDS = "600";

  private final Set<String> allowed;

  OriginGuard(AccessConfig access) {
    allowed =
        access.allowedOrigins().stream()
            .map(Origin::normal)
            .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Returns null if the request may go on, and adds the CORS headers for pages that may read the
   * answer.
   */
  Refusal refusal(HttpServerRequest request) {
    if (!allowed.isEmpty()) {
      request.response().headers().add(HttpHeaders.VARY, "Origin");
    }
    if (Origin.isOwn(request)) {
      return null;
    }
    String origin = Origin.of(request);
    if (allowed.contains(Origin.normal(origin))) {
      MultiMap headers = request.response().headers();
      headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
      headers.set(HttpHeaders.ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
      return null;
    }
    return isPublic(request)
        ? null
        : Refusal.of(
            ErrorCode.FORBIDDEN,
            "Origin",
            origin,
            "that of the server itself, or one of access.allowed_origins");
  }

  private static boolean isPublic(HttpServerRequest request) {
    boolean reads = request.method() == HttpMethod.GET || request.method() == HttpMethod.HEAD;
    return reads && request.path().startsWith(PUBLIC);
  }

  /** Answers a preflight of a page that {@link #refusal} let pass. */
  boolean answers(HttpServerRequest request) {
    if (request.method() != HttpMethod.OPTIONS
        || !request.headers().contains(HttpHeaders.ACCESS_CONTROL_REQUEST_METHOD)
        || Origin.of(request) == null) {
      return false;
    }
    MultiMap headers = request.response().headers();
    headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.set(HttpHeaders.ACCESS_CONTROL_ALLOW_HEADERS, HEADERS);
    headers.set(HttpHeaders.ACCESS_CONTROL_MAX_AGE, MAX_AGE_SECONDS);
    request.response().setStatusCode(204).end();
    return true;
  }
}
