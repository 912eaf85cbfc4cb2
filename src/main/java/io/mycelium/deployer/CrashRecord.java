package io.mycelium.deployer;

import io.mycelium.instance.DeployerConfig;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The crashes of an instance, whether they are too many, and the log of its restarts. On the
 * deployer's context.
 */
final class CrashRecord {
  private static final Logger LOG = LoggerFactory.getLogger(CrashRecord.class);

  private final DeployerConfig config;
  private final LongSupplier clock;
  private RestartIntensity intensity;

  /** Milliseconds by which crashes age later: a stuck instance crashes less often than others. */
  private long stuckFor;

  /** Threads that its stuck generations still hold. */
  private int threadsLost;

  private RestartLog log = RestartLog.EMPTY;
  private int restarts;
  private String lastError;

  /**
   * @param clock milliseconds since 1970 (UTC)
   */
  CrashRecord(DeployerConfig config, LongSupplier clock) {
    this.config = config;
    this.clock = clock;
  }

  /** Records a crash; returns whether it is one too many. */
  boolean exceededBy(Deployment crashed, Throwable cause, long now) {
    if (cause instanceof RunawayException runaway) {
      stuckFor(runaway.ms());
    }
    if (intensity == null) {
      intensity = new RestartIntensity(config.maxRestarts(), config.restartWindow());
    }
    boolean tooManyThreads = crashed.isStuck() && threadsLost >= config.maxRestarts();
    return intensity.exceededBy(now - stuckFor) || tooManyThreads;
  }

  void tellTooMany(String id) {
    LOG.error(
        "instance {} failed: more than {} crashes in {}; POST .../restart revives it",
        id,
        config.maxRestarts(),
        config.restartWindow());
  }

  /**
   * Records the end of a generation in the log.
   *
   * @param cause null if the restart was requested
   */
  void remember(long generation, RestartLog.Outcome outcome, Throwable cause) {
    log = log.with(clock.getAsLong(), generation, outcome, cause);
  }

  /** A crashed generation is replaced. */
  void restart(long generation, Throwable cause) {
    restarts++;
    remember(generation, RestartLog.Outcome.RESTARTED, cause);
  }

  /** A restart was asked for: earlier crashes count no more. */
  void restart(long generation) {
    restarts++;
    intensity = null;
    remember(generation, RestartLog.Outcome.REQUESTED, null);
  }

  int restarts() {
    return restarts;
  }

  /** Returns the error, the latest from now on. */
  String failedBy(String error) {
    lastError = error;
    return error;
  }

  /** Null if there was none. */
  String lastError() {
    return lastError;
  }

  RestartLog log() {
    return log;
  }

  /**
   * @param ms for which its logic was stuck, or a runaway
   */
  void stuckFor(long ms) {
    stuckFor += ms;
  }

  /** The generation may have kept a thread. */
  void ended(Deployment deployment) {
    if (deployment.holdsThread()) {
      threadsLost++;
      deployment.stopped().onComplete(ignored -> threadsLost--);
    }
  }
}
