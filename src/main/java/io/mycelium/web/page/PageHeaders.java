package io.mycelium.web.page;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * The headers with which each response of the main port tells a browser: load scripts, styles and
 * data from this server only, run no inline scripts, do not sniff types, send no referrer to other
 * sites, and let no other site frame the page; and caches to keep nothing.
 */
public final class PageHeaders {
  /** {@code 'self'} covers WebSockets to this server too (CSP level 3). */
  static final String POLICY =
      "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
          + " form-action 'self'; frame-ancestors 'none'";

  private PageHeaders() {}

  /** Before all other routes. */
  public static void mount(Router router) {
    router.route().handler(PageHeaders::add);
  }

  private static void add(RoutingContext ctx) {
    add(ctx.request());
    ctx.next();
  }

  /** To an answer that no route gives. */
  public static void add(HttpServerRequest request) {
    MultiMap headers = request.response().headers();
    headers.set("Content-Security-Policy", POLICY);
    headers.set("X-Content-Type-Options", "nosniff");
    headers.set("Referrer-Policy", "no-referrer");
    // Assets say otherwise. A cache in front may keep a 404 or 501 by itself, and serve it for a
    // page.
    headers.set("Cache-Control", "no-store");
    if (request.isSSL()) {
      // Behind a proxy that ends TLS it is the proxy's to say.
      headers.set("Strict-Transport-Security", "max-age=31536000");
    }
  }
}
