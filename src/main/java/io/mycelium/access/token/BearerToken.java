package io.mycelium.access.token;

import io.mycelium.access.SessionCookie;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Finds the token of a request: in {@code Authorization: Bearer} for all requests, in a cookie for
 * REST requests of the console. Browsers cannot add headers to an upgrade, so the token of an
 * upgrade may also come as the sub-protocol in which phoenix.js 1.8 sends its {@code authToken}, or
 * as the parameter {@code token}.
 */
public final class BearerToken {
  /** phoenix.js: {@code Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.TOKEN}. */
  private static final String PROTOCOL = "base64url.bearer.phx.";

  private static final String SCHEME = "bearer ";

  private BearerToken() {}

  /**
   * @param upgrade whether the request asks for a WebSocket
   * @return null if there is none
   * @throws Refusal {@code unauthorized} for a token that cannot be read
   */
  public static String of(HttpServerRequest request, boolean upgrade) {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization != null) {
      return bearer(authorization);
    }
    if (!upgrade) {
      return SessionCookie.ofOwnScript(request);
    }
    String protocol = protocol(request.getHeader("Sec-WebSocket-Protocol"));
    if (protocol != null) {
      return decoded(protocol);
    }
    try {
      return request.getParam("token");
    } catch (IllegalArgumentException e) {
      throw RawToken.unauthorized("the query is not percent-encoded UTF-8");
    }
  }

  private static String bearer(String authorization) {
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw RawToken.unauthorized("Authorization is of another scheme, expected Bearer");
    }
    return authorization.substring(SCHEME.length()).strip();
  }

  private static String protocol(String offered) {
    if (offered != null) {
      for (String name : offered.split(",")) {
        if (name.strip().startsWith(PROTOCOL)) {
          return name.strip().substring(PROTOCOL.length());
        }
      }
    }
    return null;
  }

  private static String decoded(String base64) {
    try {
      return new String(Base64.getUrlDecoder().decode(base64), StandardCharsets.US_ASCII);
    } catch (IllegalArgumentException e) {
      throw RawToken.unauthorized(
          "the token in Sec-WebSocket-Protocol is not base64url, expected " + PROTOCOL + "...");
    }
  }
}
