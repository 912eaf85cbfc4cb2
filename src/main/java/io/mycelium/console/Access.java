package io.mycelium.console;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.LongSupplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Who may see the console. With a token: a client that sends the token as a bearer, or has a
 * session cookie made with it. Without a token: a client that connects from this machine, and not
 * through a proxy.
 *
 * <p>A session is {@code <expiry>.<HMAC-SHA256 of the expiry>}, so the server keeps no sessions,
 * the cookie does not contain the token, and a new token ends all sessions. Every comparison of a
 * secret takes constant time.
 */
final class Access {
  static final String COOKIE = "mycelium_console";
  static final Duration SESSION = Duration.ofHours(12);

  private static final String BEARER = "Bearer ";
  private static final List<String> FORWARDED =
      List.of("Forwarded", "X-Forwarded-For", "X-Real-IP");

  private final byte[] token;
  private final LongSupplier clock;

  /**
   * @param clock milliseconds since 1970
   */
  Access(ConsoleConfig config, LongSupplier clock) {
    this.token = config.token().getBytes(StandardCharsets.UTF_8);
    this.clock = clock;
  }

  boolean needsToken() {
    return token.length > 0;
  }

  /**
   * @return null if the request is allowed, else the reason: {@code unauthorized} if a token helps,
   *     {@code forbidden} if none is configured
   */
  Refusal refusal(HttpServerRequest request) {
    if (needsToken()) {
      return hasToken(request)
          ? null
          : new Refusal(ErrorCode.UNAUTHORIZED, "the console needs its token (console.token)");
    }
    return isLocal(request)
        ? null
        : new Refusal(
            ErrorCode.FORBIDDEN,
            "without console.token the console answers only on the machine that it runs on;"
                + " set console.token (MYCELIUM_CONSOLE_TOKEN) to reach it from elsewhere");
  }

  private boolean hasToken(HttpServerRequest request) {
    String authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (authorization != null && authorization.startsWith(BEARER)) {
      return isToken(authorization.substring(BEARER.length()).strip());
    }
    Cookie cookie = request.getCookie(COOKIE);
    return cookie != null && isSession(cookie.getValue());
  }

  boolean isToken(String given) {
    return given != null && same(given.getBytes(StandardCharsets.UTF_8), token);
  }

  /** Compares digests, so that not even the length leaks. */
  private static boolean same(byte[] a, byte[] b) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return MessageDigest.isEqual(sha.digest(a), sha.digest(b));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The cookie of a session that starts now. */
  Cookie session(boolean secure) {
    String expiry = Long.toString(clock.getAsLong() + SESSION.toMillis());
    return Cookie.cookie(COOKIE, expiry + "." + mac(expiry))
        .setPath("/console")
        .setHttpOnly(true)
        .setSecure(secure)
        .setSameSite(CookieSameSite.LAX)
        .setMaxAge(SESSION.toSeconds());
  }

  private boolean isSession(String value) {
    int dot = value.indexOf('.');
    if (!value.matches("\\d{1,18}\\.[0-9a-f]{64}")) {
      return false;
    }
    String expiry = value.substring(0, dot);
    byte[] given = value.substring(dot + 1).getBytes(StandardCharsets.US_ASCII);
    boolean genuine = MessageDigest.isEqual(given, mac(expiry).getBytes(StandardCharsets.US_ASCII));
    return genuine && Long.parseLong(expiry) > clock.getAsLong();
  }

  private String mac(String expiry) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(token, "HmacSHA256"));
      String text = "mycelium console session " + expiry;
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
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

  /**
   * Whether a WebSocket was opened by a page of this server: for a page of another site too, a
   * browser sends cookies and reaches local addresses. Clients other than browsers send no origin.
   */
  static boolean isSameOrigin(HttpServerRequest request) {
    String origin = request.getHeader(HttpHeaders.ORIGIN);
    if (origin == null) {
      return true;
    }
    try {
      String from = URI.create(origin).getAuthority();
      return from != null && from.equalsIgnoreCase(String.valueOf(request.authority()));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
