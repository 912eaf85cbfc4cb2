package io.mycelium.access;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;

/**
 * The origin of the page that sent a request, as the browser states it (RFC 6454): {@code
 * https://app.example.com}, or {@code null} if the browser withholds it. Clients that are not
 * browsers send none.
 */
public final class Origin {
  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";

  private Origin() {}

  /** Null if there is none. Two headers are joined to a text that is no valid origin. */
  public static String of(HttpServerRequest request) {
    List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
    return origins.isEmpty() ? null : String.join(", ", origins);
  }

  /**
   * Whether a page of this server sent the request, or no page at all. Behind a proxy that ends TLS
   * a plain request has an {@code https} origin, so that counts as own too; an {@code http} origin
   * of a TLS request does not.
   */
  public static boolean isOwn(HttpServerRequest request) {
    String origin = of(request);
    if (origin == null) {
      return true;
    }
    String host = host(request);
    String given = normal(origin);
    return host != null
        && (given.equals(normal(HTTPS + host))
            || !request.isSSL() && given.equals(normal(HTTP + host)));
  }

  /** The header {@code Host} as the client sent it; null if there is none or more than one. */
  public static String host(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      return request.authority() == null ? null : request.authority().toString();
    }
    List<String> hosts = request.headers().getAll(HttpHeaders.HOST);
    return hosts.size() == 1 ? hosts.get(0) : null;
  }

  /** Whether the browser reached the server over TLS, which a proxy may have ended. */
  public static boolean isSecure(HttpServerRequest request) {
    String origin = of(request);
    return request.isSSL() || origin != null && normal(origin).startsWith(HTTPS);
  }

  /** In lower case and without the default port of the scheme, as browsers write it. */
  public static String normal(String origin) {
    String lower = origin.toLowerCase(Locale.ROOT);
    if (lower.startsWith(HTTP) && lower.endsWith(":80")) {
      return lower.substring(0, lower.length() - 3);
    }
    return lower.startsWith(HTTPS) && lower.endsWith(":443")
        ? lower.substring(0, lower.length() - 4)
        : lower;
  }
}
