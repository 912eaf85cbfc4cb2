package io.mycelium.ops;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** Times of REST requests by method, route template and status, each of them a bounded set. */
final class HttpMeters {
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");

  /** There are some twenty routes; more would be paths passed by mistake. */
  private static final int MAX_ROUTES = 64;

  private record Key(String method, String route, int status) {}

  private final MeterRegistry registry;
  private final Duration[] buckets;
  private final Map<Key, Timer> timers = new ConcurrentHashMap<>();
  private final Set<String> routes = ConcurrentHashMap.newKeySet();

  HttpMeters(MeterRegistry registry, Duration[] buckets) {
    this.registry = registry;
    this.buckets = buckets;
  }

  void record(String method, String route, int status, long nanos) {
    Key key = new Key(METHODS.contains(method) ? method : "other", bounded(route), status);
    timers.computeIfAbsent(key, this::timer).record(nanos, TimeUnit.NANOSECONDS);
  }

  private String bounded(String route) {
    if (route == null) {
      return "none";
    }
    if (routes.contains(route)) {
      return route;
    }
    return routes.size() < MAX_ROUTES && routes.add(route) ? route : "other";
  }

  private Timer timer(Key key) {
    return Timer.builder("mycelium.http.requests")
        .description("Time from a REST request's head to the end of its answer")
        .tag("method", key.method())
        .tag("route", key.route())
        .tag("status", Integer.toString(key.status()))
        .serviceLevelObjectives(buckets)
        .register(registry);
  }
}
