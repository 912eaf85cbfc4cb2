package io.mycelium.web;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Loopback;
import io.mycelium.access.Origin;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.regex.Pattern;

/**
 * Stops DNS rebinding: a page of another site can make its own host name resolve to this machine,
 * so that its requests come from the origin that they go to. In the open mode on loopback, a
 * request must therefore name this machine in its {@code Host}.
 */
final class HostGuard {
  private static final Pattern PORT = Pattern.compile(":\\d{1,5}$");

  private final boolean loopbackOnly;

  HostGuard(AccessConfig access) {
    loopbackOnly = access.isOpen() && !access.openToNetwork();
  }

  /**
   * @return null if the request may go on; a request without {@code Host} comes from no browser, so
   *     it may
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
    return Loopback.isName(PORT.matcher(host).replaceFirst(""));
  }
}
