package io.mycelium.access;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;

/**
 * The token of a user of the console, kept in a cookie that no script can read. The server checks
 * the token with each request and keeps nothing, so the session ends when the token ends.
 *
 * <p>A browser adds the cookie to every request for this host, also to requests of pages of other
 * origins. So the cookie counts for REST only together with a header that such a page cannot add,
 * because no preflight allows it.
 */
public final class SessionCookie {
  public static final String NAME = "mycelium_session";

  /**
   * The largest token that fits into a cookie: browsers keep 4,096 bytes (RFC 6265 section 6.1),
   * name and attributes included.
   */
  public static final int MAX_LENGTH = 3800;

  private static final String PROOF = "X-Requested-With";
  private static final String PROOF_VALUE = "mycelium";
  private static final String SITE = "Sec-Fetch-Site";

  private SessionCookie() {}

  /** Null if there is none. */
  public static String of(HttpServerRequest request) {
    Cookie cookie = request.getCookie(NAME);
    return cookie == null || cookie.getValue().isEmpty() ? null : cookie.getValue();
  }

  /** The same, but null unless a script of a page of this server sent the request. */
  public static String ofOwnScript(HttpServerRequest request) {
    String site = request.getHeader(SITE);
    boolean proven =
        PROOF_VALUE.equals(request.getHeader(PROOF))
            && (site == null || site.equals("same-origin"))
            && Origin.isOwn(request);
    return proven ? of(request) : null;
  }

  /**
   * @param maxAge seconds; 0 deletes the cookie
   * @param secure whether browsers may send the cookie over TLS only
   */
  public static Cookie make(String token, long maxAge, boolean secure) {
    return Cookie.cookie(NAME, token)
        .setPath("/")
        .setHttpOnly(true)
        .setSecure(secure)
        .setSameSite(CookieSameSite.STRICT)
        .setMaxAge(maxAge);
  }
}
