package io.mycelium.ops;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /health/live}, {@code /health/ready} and {@code /metrics} on a port that only
 * operators reach.
 */
public final class ManagementVerticle extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(ManagementVerticle.class);

  /** Prometheus text exposition format 0.0.4. */
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

  private final OpsConfig config;
  private final Health health;
  private final Meters meters;
  private volatile int port;

  public ManagementVerticle(OpsConfig config, Health health, Meters meters) {
    this.config = config;
    this.health = health;
    this.meters = meters;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    health.mount(router);
    router.get("/metrics").handler(this::metrics);
    return vertx
        .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
        .requestHandler(router)
        .listen(config.managementPort(), config.managementHost())
        .onSuccess(this::listening)
        .recover(this::notListening);
  }

  /** The port that was bound, once deployed. */
  public int port() {
    return port;
  }

  private void listening(HttpServer server) {
    port = server.actualPort();
  }

  private Future<HttpServer> notListening(Throwable cause) {
    String message =
        "ops.management_port is %d, expected a free port on %s: %s"
            .formatted(config.managementPort(), config.managementHost(), cause.getMessage());
    return Future.failedFuture(new IllegalStateException(message, cause));
  }

  /** Off the event loop: a scrape walks every meter and asks the JVM for its own. */
  private void metrics(RoutingContext ctx) {
    vertx
        .executeBlocking(meters::scrape)
        .onSuccess(text -> ctx.response().putHeader("content-type", PROMETHEUS_TEXT).end(text))
        .onFailure(
            cause -> {
              log.error("scrape failed", cause);
              ctx.fail(cause);
            });
  }
}
