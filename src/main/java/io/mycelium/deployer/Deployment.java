package io.mycelium.deployer;

import io.mycelium.instance.Handover;
import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.instance.InstanceStats;
import io.mycelium.instance.InstanceVerticle;
import io.mycelium.instance.thread.WorkerThreads;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The verticle of one generation, from its start to its end. On the deployer's context. */
final class Deployment {
  private static final Logger LOG = LoggerFactory.getLogger(Deployment.class);

  private final Vertx vertx;
  private final OwnContext context;
  private final InstanceServices services;
  private final InstanceSpec spec;
  private final long generation;
  private final InstanceStats stats;
  private final InstanceVerticle verticle;
  private final Promise<Void> starting;
  private final Promise<Handover> ended;
  private Future<String> deployment;
  private Future<Void> stopped = Future.succeededFuture();
  private boolean stuck;

  Deployment(
      Vertx vertx,
      OwnContext context,
      InstanceServices services,
      InstanceSpec spec,
      long generation,
      Handover handover,
      InstanceStats stats) {
    this.vertx = vertx;
    this.context = context;
    this.services = services;
    this.spec = spec;
    this.generation = generation;
    this.stats = stats;
    this.verticle = new InstanceVerticle(services, spec, generation, handover, stats);
    this.starting = context.vertx().promise();
    this.ended = context.vertx().promise();
  }

  /** Completes once the verticle takes commands; fails if it is given up before. */
  Future<Void> start() {
    DeploymentOptions options =
        new DeploymentOptions().setThreadingModel(spec.config().threading());
    if (isWorker()) {
      options.setWorkerPoolName(WorkerThreads.POOL).setWorkerPoolSize(services.threads().size());
    }
    deployment = context.here(vertx.deployVerticle(verticle, options));
    deployment.onSuccess(id -> starting.tryComplete()).onFailure(starting::tryFail);
    return starting.future();
  }

  private boolean isWorker() {
    return spec.config().threading() == ThreadingModel.WORKER;
  }

  private <T> Future<T> inTime(Future<T> future) {
    return context
        .here(future)
        .timeout(services.config().stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  InstanceVerticle verticle() {
    return verticle;
  }

  boolean isStarting() {
    return !starting.future().isComplete();
  }

  /** Completes once the verticle has stopped; a stuck verticle may never stop. */
  Future<Void> stopped() {
    return stopped;
  }

  boolean isStuck() {
    return stuck;
  }

  /**
   * The logic or the journal ended the generation, which left this handover; false if that was
   * known.
   */
  boolean end(Handover handover) {
    return ended.tryComplete(handover);
  }

  boolean hasEnded() {
    return ended.future().isComplete();
  }

  /**
   * The generation's handover, on request or after a crash; fails if the verticle does not answer
   * in time.
   */
  Future<Handover> retire() {
    verticle.retire().onSuccess(ended::tryComplete);
    return inTime(ended.future());
  }

  /** The same for an instance that leaves this node. */
  Future<Handover> leave() {
    verticle.leave().onSuccess(ended::tryComplete);
    return inTime(ended.future());
  }

  /** The logic is stuck. */
  void isStuckNow() {
    stuck = true;
    verticle.fence();
  }

  /** The verticle is stuck during its start and will not start. */
  void giveUpStart(StuckException cause) {
    stopped = context.here(deployment.compose(vertx::undeploy));
    giveUp();
    starting.fail(new Refusal(ErrorCode.TIMEOUT, "instance " + spec.id() + " was " + cause));
  }

  /**
   * A verticle that does not stop in time is abandoned: its generation fences off its later writes.
   */
  Future<Void> undeploy() {
    if (deployment == null || !deployment.succeeded()) {
      return Future.succeededFuture();
    }
    String id = deployment.result();
    deployment = null;
    stopped = context.here(vertx.undeploy(id));
    if (stuck) {
      giveUp();
      return Future.succeededFuture();
    }
    return inTime(stopped)
        .otherwise(
            cause -> {
              LOG.warn(
                  "instance {} generation {} did not stop: {}",
                  spec.id(),
                  generation,
                  cause.toString());
              giveUp();
              return null;
            });
  }

  private void giveUp() {
    verticle.fence();
    stats.giveUp();
    if (isWorker() && !stopped.isComplete()) {
      services.threads().lose();
      stopped.onComplete(ignored -> services.threads().regain());
    }
  }

  /** Whether the verticle holds a thread of the pool for good. */
  boolean holdsThread() {
    return isWorker() && !stopped.isComplete();
  }
}
