package io.mycelium.web;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Origin;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Pattern;

/**
 * Against DNS rebinding: a page of another site can let its own name lead to this machine, and is
 * then of the same origin as what answers. Where nobody is asked for a token, and only this machine
 * is meant, the request must say that it means this machine.
 */
final class HostGuard {
  private static final Pattern LOOPBACK =
      Pattern.compile(
          "(localhost|127(\\.\\d{1,3}){3}|\\[::1\\])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);

  private final boolean loopbackOnly;

  HostGuard(AccessConfig access) {
    loopbackOnly = access.isOpen() && !access.openToNetwork();
  }

  /**
   * @return null if it may go on; a request without {@code Host} is of no browser
   */
  Refusal refusal(HttpServerRequest request) {
    if (!loopbackOnly) {
      return null;
    }
    String host = Origin.host(request);
    if (host == null ? !request.headers().contains(HttpHeaders.HOST) : isLoopback(host)) {
      return null;
    }
    String given = host == null ? "more than one" : host;
    return Refusal.of(
        ErrorCode.FORBIDDEN,
        "Host",
        given,
        "localhost, 127.0.0.1 or [::1], since access.mode is open for this machine only");
  }

  private static boolean isLoopback(String host) {
    return LOOPBACK.matcher(host).matches();
  }
}
