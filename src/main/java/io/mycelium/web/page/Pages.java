package io.mycelium.web.page;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The files under {@code web/} of the class path; a path without an extension stands for that
 * folder's {@code index.html}. One per web verticle, used on its event loop; each file is read
 * once, on a worker thread.
 */
public final class Pages {
  private static final String ROOT = "web";
  private static final String SWAGGER_PATH = "/docs/ui/";
  private static final String SWAGGER = "META-INF/resources/webjars/swagger-ui/5.34.1/";
  private static final String UPLOT_PATH = "/console/uplot/";
  private static final String UPLOT = "META-INF/resources/webjars/uplot/1.6.30/dist/";

  /** Matches only names of our own files, so no path leaves the root and no name needs decoding. */
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*)*/?");

  private final Vertx vertx;

  /** Only existing files, so that no client can make it grow. */
  private final Map<String, Asset> assets = new HashMap<>();

  public Pages(Vertx vertx) {
    this.vertx = vertx;
  }

  /** After all other routes. */
  public void mount(Router router) {
    router.route().method(HttpMethod.GET).method(HttpMethod.HEAD).handler(this::serve);
  }

  private void serve(RoutingContext ctx) {
    String path = ctx.normalizedPath();
    if (!PATH.matcher(path).matches()) {
      ctx.next();
      return;
    }
    String resource = resource(path);
    Asset known = assets.get(resource);
    if (known != null) {
      known.serve(ctx);
      return;
    }
    vertx
        .executeBlocking(() -> Asset.read(resource), false)
        .onSuccess(
            asset -> {
              if (asset == null) {
                ctx.next();
              } else {
                assets.put(resource, asset);
                asset.serve(ctx);
              }
            })
        .onFailure(ctx::fail);
  }

  private static String resource(String path) {
    if (path.startsWith(SWAGGER_PATH)) {
      return SWAGGER + path.substring(SWAGGER_PATH.length());
    }
    if (path.startsWith(UPLOT_PATH)) {
      return UPLOT + path.substring(UPLOT_PATH.length());
    }
    String page = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    boolean isFile = page.lastIndexOf('.') > page.lastIndexOf('/');
    return ROOT + page + (isFile ? "" : "/index.html");
  }
}
