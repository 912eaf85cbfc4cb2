package io.mycelium.deployer;

import io.mycelium.instance.DeployerConfig;
import java.util.function.LongSupplier;

/**
 * How often an instance crashed, whether that is too often, and the log of its restarts. On the
 * deployer's context.
 */
final class CrashRecord {
  private final DeployerConfig config;
  private final LongSupplier clock;
  private RestartIntensity intensity;

  /** Milliseconds for which crashes do not age: who is stuck crashes less often than others. */
  private long stuckFor;

  /** Threads that its generations took with them and did not bring back. */
  private int threadsLost;

  private RestartLog log = RestartLog.EMPTY;

  /**
   * @param clock milliseconds since 1970 (UTC)
   */
  CrashRecord(DeployerConfig config, LongSupplier clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Notes a crash; returns whether it is one too many. */
  boolean exceededBy(Deployment crashed, long now) {
    if (intensity == null) {
      intensity = new RestartIntensity(config.maxRestarts(), config.restartWindow());
    }
    boolean tooManyThreads = crashed.isStuck() && threadsLost >= config.maxRestarts();
    return intensity.exceededBy(now - stuckFor) || tooManyThreads;
  }

  /**
   * Puts the end of a generation into the log.
   *
   * @param cause null if the restart was asked for
   */
  void remember(long generation, RestartLog.Outcome outcome, Throwable cause) {
    log = log.with(clock.getAsLong(), generation, outcome, cause);
  }

  RestartLog log() {
    return log;
  }

  /** A restart on request begins anew. */
  void forgive() {
    intensity = null;
  }

  /**
   * @param ms for which its logic did not end
   */
  void stuckFor(long ms) {
    stuckFor += ms;
  }

  /** It may have left with a thread. */
  void ended(Deployment deployment) {
    if (deployment.holdsThread()) {
      threadsLost++;
      deployment.stopped().onComplete(ignored -> threadsLost--);
    }
  }
}
