package io.mycelium.access;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;

/**
 * Whose page sent a request, as its browser says (RFC 6454): {@code https://app.example.com}, or
 * {@code null} where it would not tell. What is no browser sends none.
 */
public final class Origin {
  private static final String HTTP = "http://";
  private static final String HTTPS = "https://";

  private Origin() {}

  /** Null if there is none; two are joined, which is nobody's. */
  public static String of(HttpServerRequest request) {
    List<String> origins = request.headers().getAll(HttpHeaders.ORIGIN);
    return origins.isEmpty() ? null : String.join(", ", origins);
  }

  /**
   * Whether a page of this server sent it, or no page at all. Behind a proxy that ends TLS the
   * request is plain and its origin {@code https}, so that is its own too; never the other way.
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

  /** The {@code Host} as it was sent; null if there is none or more than one. */
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

  /** In lower case and without the scheme's own port, as browsers write it. */
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
