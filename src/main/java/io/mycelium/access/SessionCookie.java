package io.mycelium.access;

import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.http.HttpServerRequest;

/**
 * The token of somebody who has logged in to the console, where no script can read it. It is
 * checked with each request, so that nothing is kept here, and whatever ends the token ends the
 * session.
 *
 * <p>A browser sends a cookie by itself, also for what a page of another origin on the same host
 * asks for. So it counts for REST only beside a header that such a page cannot add: a preflight
 * would have to allow it, and none does.
 */
public final class SessionCookie {
  public static final String NAME = "mycelium_session";

  /** Above it a browser keeps no cookie (RFC 6265 section 6.1), less name and attributes. */
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

  /** Likewise null where no script of a page of this server has sent the request. */
  public static String ofOwnScript(HttpServerRequest request) {
    String site = request.getHeader(SITE);
    boolean proven =
        PROOF_VALUE.equals(request.getHeader(PROOF))
            && (site == null || site.equals("same-origin"))
            && Origin.isOwn(request);
    return proven ? of(request) : null;
  }

  /**
   * @param maxAge seconds; 0 ends it
   * @param secure whether it is to be sent over TLS only
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
