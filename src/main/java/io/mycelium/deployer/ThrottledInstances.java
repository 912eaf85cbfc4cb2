package io.mycelium.deployer;

import io.mycelium.instance.InstanceServices;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The instances that are over {@code instances.max_handler_time}. A runaway among them is
 * restarted. There is a timer only while there are any. On the deployer's context.
 */
final class ThrottledInstances {
  private static final Logger LOG = LoggerFactory.getLogger(ThrottledInstances.class);
  private static final long LOOK_MS = 500;

  /** Shortest time between two lines of the log about one instance. */
  private static final long TELL_MS = 60_000;

  private final Vertx vertx;
  private final InstanceServices services;
  private final Map<String, SupervisedInstance> throttled = new HashMap<>();

  /** When an instance was last told of, for those of the last minute. */
  private final Map<String, Long> told = new HashMap<>();

  ThrottledInstances(Vertx vertx, InstanceServices services) {
    this.vertx = vertx;
    this.services = services;
  }

  /** The instance is over its budget from now on. */
  void add(SupervisedInstance instance) {
    String id = instance.spec().id();
    if (throttled.putIfAbsent(id, instance) != null) {
      return;
    }
    services.meters().throttled(1);
    long now = services.clock().getAsLong();
    told.values().removeIf(time -> now - time >= TELL_MS);
    if (told.putIfAbsent(id, now) == null) {
      LOG.warn(
          "instance {} takes more than instances.max_handler_time, {} of each second, and is"
              + " throttled; messages wait, those above gateway.max_unacked_per_instance are"
              + " refused",
          id,
          budget());
    }
    if (throttled.size() == 1) {
      vertx.setTimer(LOOK_MS, ignored -> look());
    }
  }

  private void look() {
    long runawayAfter = services.config().runawayAfter().toMillis();
    List<SupervisedInstance> runaways = new ArrayList<>();
    throttled
        .values()
        .removeIf(
            instance -> {
              if (!instance.stats().isThrottled()) {
                services.meters().throttled(-1);
                return true;
              }
              long ms = instance.stats().runawayFor();
              if (runawayAfter > 0 && ms >= runawayAfter) {
                runaways.add(instance);
              }
              return false;
            });
    for (SupervisedInstance runaway : runaways) {
      long ms = runaway.stats().runawayFor();
      runaway.stats().forgetRunaway();
      runaway.endRunaway(new RunawayException(ms, budget()));
    }
    if (!throttled.isEmpty()) {
      vertx.setTimer(LOOK_MS, ignored -> look());
    }
  }

  private String budget() {
    Duration most = services.config().maxHandlerTime();
    return most.toMillis() + " ms";
  }
}
