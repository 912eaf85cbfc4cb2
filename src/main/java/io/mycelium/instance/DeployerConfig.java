package io.mycelium.instance;

import io.mycelium.protocol.Expect;
import java.time.Duration;

/**
 * How this node runs instances.
 *
 * @param maxInstances instances on this node; a create above this number is answered 503
 * @param maxStateBytes of the states of all rooms in memory; above it a push that makes a state
 *     larger is answered {@code overloaded}
 * @param workerPoolSize threads of the one named pool in which all worker instances run
 * @param maxRestarts crashes within {@code restartWindow} after which the instance restarts; one
 *     more makes it {@code failed}
 * @param restartWindow sliding window in which crashes are counted
 * @param stopTimeout how long an instance may take to stop before the deployer goes on without it
 * @param stuckAfter how long an instance's logic may be busy with one batch, timer or request
 *     before the deployer gives up its thread and restarts it from the journal
 * @param idleTimeout how long an instance may be idle before it goes to sleep; zero for never
 * @param presenceInterval how long presence changes are gathered into one {@code presence_diff}
 * @param pluginsDir folder from which plug-in jars are loaded; it need not exist
 * @param maxHandlerTime that an instance's logic may take of each second; above it the instance is
 *     throttled; zero for no bound
 * @param runawayAfter how long single calls of a throttled instance's logic may take more than all
 *     of {@code maxHandlerTime} before it is restarted; zero for ever
 * @param maxRooms of one instance
 * @param maxInstanceStateBytes of the states of all its rooms; 0 for half of {@code maxStateBytes}
 */
public record DeployerConfig(
    int maxInstances,
    long maxStateBytes,
    int workerPoolSize,
    int maxRestarts,
    Duration restartWindow,
    Duration stopTimeout,
    Duration stuckAfter,
    Duration idleTimeout,
    Duration presenceInterval,
    String pluginsDir,
    Duration maxHandlerTime,
    Duration runawayAfter,
    int maxRooms,
    long maxInstanceStateBytes) {

  /** States may take one; the rest is for entries in memory, what is on its way, and garbage. */
  private static final int HEAP_PARTS = 3;

  public static final DeployerConfig DEFAULT =
      new DeployerConfig(
          1_000_000,
          Runtime.getRuntime().maxMemory() / HEAP_PARTS,
          Math.max(4, 2 * Runtime.getRuntime().availableProcessors()),
          3,
          Duration.ofSeconds(5),
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofMinutes(10),
          Duration.ofMillis(50),
          "plugins");

  /** With the usual bounds of one instance. */
  public DeployerConfig(
      int maxInstances,
      long maxStateBytes,
      int workerPoolSize,
      int maxRestarts,
      Duration restartWindow,
      Duration stopTimeout,
      Duration stuckAfter,
      Duration idleTimeout,
      Duration presenceInterval,
      String pluginsDir) {
    this(
        maxInstances,
        maxStateBytes,
        workerPoolSize,
        maxRestarts,
        restartWindow,
        stopTimeout,
        stuckAfter,
        idleTimeout,
        presenceInterval,
        pluginsDir,
        Duration.ofMillis(900),
        Duration.ofSeconds(30),
        10_000,
        0);
  }

  /** With these bounds of one instance. */
  public DeployerConfig bounding(Duration handlerTime, Duration runaway, int rooms, long state) {
    return new DeployerConfig(
        maxInstances,
        maxStateBytes,
        workerPoolSize,
        maxRestarts,
        restartWindow,
        stopTimeout,
        stuckAfter,
        idleTimeout,
        presenceInterval,
        pluginsDir,
        handlerTime,
        runaway,
        rooms,
        state);
  }

  /** The most that the states of one instance's rooms may take. */
  long instanceStateBytes() {
    return maxInstanceStateBytes == 0 ? maxStateBytes / 2 : maxInstanceStateBytes;
  }

  public DeployerConfig {
    Expect.range("instances.max_instances", maxInstances, 1, 10_000_000);
    Expect.range("instances.max_state_bytes", maxStateBytes, 64 << 10, 1L << 40);
    Expect.range("instances.worker_pool_size", workerPoolSize, 1, 4096);
    Expect.range("instances.max_restarts", maxRestarts, 0, 1000);
    Expect.range(
        "instances.restart_window", restartWindow, Duration.ofMillis(1), Duration.ofDays(1));
    Expect.range(
        "instances.stop_timeout", stopTimeout, Duration.ofMillis(10), Duration.ofMinutes(10));
    Expect.range("instances.stuck_after", stuckAfter, Duration.ofMillis(40), Duration.ofHours(1));
    if (!Duration.ZERO.equals(idleTimeout)) {
      Expect.range(
          "instances.idle_timeout", idleTimeout, Duration.ofMillis(100), Duration.ofDays(365));
    }
    Expect.range(
        "instances.presence_interval", presenceInterval, Duration.ZERO, Duration.ofMinutes(1));
    Expect.present("instances.plugins_dir", pluginsDir, "a folder name");
    if (!Duration.ZERO.equals(maxHandlerTime)) {
      Expect.range(
          "instances.max_handler_time",
          maxHandlerTime,
          Duration.ofMillis(10),
          Duration.ofSeconds(1));
    }
    if (!Duration.ZERO.equals(runawayAfter)) {
      Expect.range(
          "instances.runaway_after", runawayAfter, Duration.ofSeconds(1), Duration.ofHours(1));
    }
    Expect.range("instances.max_rooms", maxRooms, 1, 10_000_000);
    if (maxInstanceStateBytes != 0) {
      Expect.range("instances.max_instance_state_bytes", maxInstanceStateBytes, 1024, 1L << 40);
    }
  }
}
