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
 * Who may see the console. With a token: whoever sends it as a bearer, or has a session cookie that
 * was made with it. Without one: whoever connects from this machine, and not through a proxy.
 *
 * <p>A session is {@code <expiry>.<HMAC-SHA256 of the expiry>}, so that nothing is kept here, the
 * token is not in the cookie, and another token ends all sessions. Every comparison of a secret
 * takes the same time whatever is different.
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
   * @return null if the request may go on, else why not: {@code unauthorized} where a token helps,
   *     {@code forbidden} where none is configured
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

  /** Over digests, so that not even the length shows. */
  private static boolean same(byte[] a, byte[] b) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return MessageDigest.isEqual(sha.digest(a), sha.digest(b));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The cookie of a session that begins now. */
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

  /** A proxy on this machine connects from it too, but says for whom. */
  private static boolean isLocal(HttpServerRequest request) {
    if (FORWARDED.stream().anyMatch(request.headers()::contains)) {
      return false;
    }
    String host = request.remoteAddress().hostAddress();
    // An address, not a name: nothing is looked up.
    InetAddress peer = host == null ? null : new InetSocketAddress(host, 0).getAddress();
    return peer != null && peer.isLoopbackAddress();
  }

  /**
   * Whether a WebSocket was opened by a page of this server: a browser sends cookies, and reaches
   * what is local, for a page of any other site too. What is no browser sends no origin.
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
