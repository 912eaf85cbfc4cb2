package io.mycelium.ops;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * Whether this node lives and whether it is ready for new connections. Parts register their checks;
 * any thread.
 *
 * <p>Live means that the process can still answer; it stays true while the node drains, so that no
 * supervisor kills it during the drain.
 */
public final class Health {
  /**
   * The result of a check.
   *
   * @param detail for the operator; null if there is nothing to say
   */
  public record Check(boolean up, String detail) {
    public static final Check UP = new Check(true, null);

    public static Check up(String detail) {
      return new Check(true, detail);
    }

    public static Check down(String detail) {
      return new Check(false, detail);
    }

    JsonObject toJson() {
      JsonObject json = new JsonObject().put("status", status(up));
      return detail == null ? json : json.put("detail", detail);
    }
  }

  private final Map<String, Supplier<Check>> checks = new ConcurrentSkipListMap<>();
  private volatile boolean draining;

  /**
   * Adds a readiness check, or replaces the check with the same name.
   *
   * @param check called on an event loop for each probe: answers from memory, never blocks
   */
  public void register(String name, Supplier<Check> check) {
    checks.put(name, check);
  }

  /** From now on this node is not ready, for good. */
  public void drain() {
    draining = true;
  }

  public boolean isDraining() {
    return draining;
  }

  /**
   * {@code {status, checks: {name: {status, detail}}}}; {@code status} is {@code up} only if every
   * check is.
   */
  public JsonObject readiness() {
    JsonObject results = new JsonObject();
    boolean up = !draining;
    results.put("draining", (draining ? Check.down("the node is stopping") : Check.UP).toJson());
    for (Map.Entry<String, Supplier<Check>> entry : checks.entrySet()) {
      Check check = run(entry.getValue());
      up &= check.up();
      results.put(entry.getKey(), check.toJson());
    }
    return new JsonObject().put("status", status(up)).put("checks", results);
  }

  /**
   * Adds {@code GET} and {@code HEAD /health/live}, always 200, and {@code /health/ready}: 200, or
   * 503 while a check is down or the node drains.
   */
  public void mount(Router router) {
    JsonObject live = new JsonObject().put("status", status(true));
    router.get("/health/live").method(HttpMethod.HEAD).handler(ctx -> answer(ctx, live));
    router.get("/health/ready").method(HttpMethod.HEAD).handler(ctx -> answer(ctx, readiness()));
  }

  private static void answer(RoutingContext ctx, JsonObject body) {
    HttpServerResponse response =
        ctx.response()
            .setStatusCode(status(true).equals(body.getString("status")) ? 200 : 503)
            .putHeader("content-type", "application/json")
            .putHeader("cache-control", "no-store");
    if (ctx.request().method() == HttpMethod.HEAD) {
      response.end();
    } else {
      response.end(body.encode());
    }
  }

  private static Check run(Supplier<Check> check) {
    try {
      return check.get();
    } catch (RuntimeException e) {
      return Check.down(String.valueOf(e));
    }
  }

  private static String status(boolean up) {
    return up ? "up" : "down";
  }
}
