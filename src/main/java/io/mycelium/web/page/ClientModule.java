package io.mycelium.web.page;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/**
 * {@code /client/mycelium.js} and its types. Served to all origins, because any page may import the
 * module.
 */
public final class ClientModule {
  private final Asset asset;

  private ClientModule(String file) {
    asset = Asset.read("client/" + file);
    if (asset == null) {
      throw new IllegalStateException("the class path has no client/" + file);
    }
  }

  public static void mount(Router router) {
    for (String file : new String[] {"mycelium.js", "mycelium.d.ts"}) {
      ClientModule module = new ClientModule(file);
      router.get("/client/" + file).method(HttpMethod.HEAD).handler(module::serve);
    }
  }

  private void serve(RoutingContext ctx) {
    ctx.response().putHeader("Access-Control-Allow-Origin", "*");
    asset.serve(ctx);
  }
}
