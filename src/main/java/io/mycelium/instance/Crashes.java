package io.mycelium.instance;

/** How often an instance crashed, and whether that is too often. On the deployer's context. */
final class Crashes {
  private final DeployerConfig config;
  private RestartIntensity intensity;

  /** Milliseconds for which crashes do not age: who is stuck crashes less often than others. */
  private long stuckFor;

  /** Threads that its generations took with them and did not bring back. */
  private int threadsLost;

  Crashes(DeployerConfig config) {
    this.config = config;
  }

  /** Notes a crash; returns whether it is one too many. */
  boolean exceededBy(Deployment crashed, long now) {
    if (intensity == null) {
      intensity = new RestartIntensity(config.maxRestarts(), config.restartWindow());
    }
    boolean tooManyThreads = crashed.isStuck() && threadsLost >= config.maxRestarts();
    return intensity.exceededBy(now - stuckFor) || tooManyThreads;
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
