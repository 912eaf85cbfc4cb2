package io.mycelium.instance;

import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance as its supervisor sees it: which generation runs, how often it crashed, what it
 * left. On the deployer's context only.
 */
final class Supervised {
  private static final Logger LOG = LoggerFactory.getLogger(Supervised.class);

  /** Where an instance is in its life; the name in lower case is the API's {@code status}. */
  enum Status {
    STARTING,
    RUNNING,
    RESTARTING,
    FAILED,
    STOPPING;

    String json() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Vertx vertx;
  private final ContextInternal context;
  private final Node node;
  private final InstanceStats stats = new InstanceStats();
  private InstanceSpec spec;
  private Status status = Status.STARTING;
  private long generation;
  private int restarts;
  private String lastError;
  private RestartLog restartLog = RestartLog.EMPTY;
  private RestartIntensity intensity;
  private InstanceVerticle verticle;
  private String deploymentId;
  private Future<String> deployment = Future.succeededFuture();
  private Promise<String> starting;
  private Promise<Handover> ended;
  private boolean retiring;
  private boolean stuck;

  /** Milliseconds for which crashes do not age: who is stuck crashes less often than others. */
  private long stuckFor;

  /** Threads that its generations took with them and did not bring back. */
  private int threadsLost;

  private Future<Void> stopped = Future.succeededFuture();
  private Handover left;
  private Future<?> lastTransition = Future.succeededFuture();

  /**
   * @param lastGeneration of an instance of the same id that was deleted while stuck, so that this
   *     one fences it; else 0
   */
  Supervised(
      Vertx vertx, ContextInternal context, Node node, InstanceSpec spec, long lastGeneration) {
    this.vertx = vertx;
    this.context = context;
    this.node = node;
    this.spec = spec;
    this.generation = lastGeneration;
  }

  private void become(Status next) {
    node.meters().statusChanged(status.json(), next.json());
    status = next;
  }

  Future<Void> start() {
    return transition(
        () ->
            generation == 0
                ? deploy(Handover.NOTHING)
                : fence().compose(i -> deploy(Handover.NOTHING)));
  }

  /** The one before it may wake up at any time and write. */
  private Future<Void> fence() {
    return here(
        node.journal()
            .fence(spec.id(), generation + 1)
            .compose(ignored -> node.journal().deleteInstance(spec.id()))
            .compose(ignored -> node.journal().fence(spec.id(), generation + 1)));
  }

  /**
   * Completes once the verticle that was undeployed last has stopped, which one that is stuck may
   * never do.
   */
  Future<Void> stopped() {
    return stopped;
  }

  /** Transitions of one instance come one after the other. */
  private <T> Future<T> transition(Supplier<Future<T>> next) {
    Future<T> done = lastTransition.transform(ignored -> here(next.get()));
    lastTransition = done;
    return done;
  }

  /**
   * Instances and journals answer on threads of their own; what follows belongs on the deployer's
   * context.
   */
  private <T> Future<T> here(Future<T> elsewhere) {
    return context.future(elsewhere::onComplete);
  }

  private Future<Void> deploy(Handover handover) {
    generation++;
    left = handover;
    retiring = false;
    stuck = false;
    ended = context.promise();
    verticle = new InstanceVerticle(node, spec, generation, handover, stats);
    DeploymentOptions options =
        new DeploymentOptions().setThreadingModel(spec.config().threading());
    if (spec.config().threading() == ThreadingModel.WORKER) {
      options.setWorkerPoolName(WorkerThreads.POOL).setWorkerPoolSize(node.threads().size());
    }
    starting = context.promise();
    deployment = here(vertx.deployVerticle(verticle, options));
    deployment.onSuccess(starting::tryComplete).onFailure(starting::tryFail);
    return starting
        .future()
        .map(
            id -> {
              deploymentId = id;
              boolean crashedAlready = ended.future().isComplete();
              if (!crashedAlready && status != Status.STOPPING) {
                left = null;
                become(Status.RUNNING);
              }
              return (Void) null;
            });
  }

  /**
   * A verticle that does not stop in time is left behind: its generation fences what it may still
   * write.
   */
  private Future<Void> undeploy() {
    String stopping = deploymentId;
    deploymentId = null;
    if (stopping == null) {
      return Future.succeededFuture();
    }
    stopped = here(vertx.undeploy(stopping));
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
    if (spec.config().threading() == ThreadingModel.WORKER && !stopped.isComplete()) {
      node.threads().lose();
      threadsLost++;
      stopped.onComplete(
          ignored -> {
            node.threads().regain();
            threadsLost--;
          });
    }
  }

  /** Whether logic of it may run now whose end is waited for. */
  boolean isWatched() {
    return status == Status.RUNNING || !starting.future().isComplete();
  }

  /**
   * Goes on without the thread that is stuck: another takes its place in the pool, and the instance
   * crashes. One that is stuck while it starts does not start.
   */
  void giveUpStuck(long now) {
    StuckException cause = new StuckException(stats.busyFor(now), stats.whereabouts());
    if (!starting.future().isComplete()) {
      stopped = here(deployment.compose(vertx::undeploy));
      giveUp();
      starting.fail(new Refusal(ErrorCode.TIMEOUT, "instance " + spec.id() + " was " + cause));
      return;
    }
    stuck = true;
    verticle.fence();
    stuckFor += cause.busy();
    publish(new Outbound.Failed("the instance was " + cause));
    crashed(generation, cause, Handover.fromJournal(spec));
  }

  private <T> Future<T> inTime(Future<T> future) {
    return here(future).timeout(node.config().stopTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The verticle of that generation stopped taking commands. */
  void crashed(long crashedGeneration, Throwable cause, Handover handover) {
    if (crashedGeneration != generation || status == Status.STOPPING) {
      return;
    }
    lastError = cause.toString();
    LOG.error("instance {} generation {} crashed", spec.id(), generation, cause);
    if (!ended.tryComplete(handover) || retiring) {
      return;
    }
    if (intensity == null) {
      intensity = new RestartIntensity(node.config().maxRestarts(), node.config().restartWindow());
    }
    boolean tooManyThreads = stuck && threadsLost >= node.config().maxRestarts();
    if (intensity.exceededBy(node.clock().getAsLong() - stuckFor) || tooManyThreads) {
      become(Status.FAILED);
      remember(RestartLog.Outcome.FAILED, cause);
      left = handover.withoutPeers();
      node.meters().instanceFailed();
      transition(() -> unlessReplaced(crashedGeneration, this::undeploy))
          .onSuccess(ignored -> unlessReplaced(crashedGeneration, this::publishFailed));
      LOG.error(
          "instance {} failed: more than {} crashes in {}; POST .../restart revives it",
          spec.id(),
          node.config().maxRestarts(),
          node.config().restartWindow());
    } else {
      become(Status.RESTARTING);
      remember(RestartLog.Outcome.RESTARTED, cause);
      restarts++;
      node.meters().instanceRestarted();
      transition(
              () ->
                  unlessReplaced(
                      crashedGeneration, () -> undeploy().compose(ignored -> deploy(handover))))
          .onFailure(this::deploymentFailed);
    }
  }

  private void remember(RestartLog.Outcome outcome, Throwable cause) {
    restartLog = restartLog.with(node.clock().getAsLong(), generation, outcome, cause);
  }

  /** A restart that was on its way already may have taken the crashed generation's place. */
  private Future<Void> unlessReplaced(long crashedGeneration, Supplier<Future<Void>> next) {
    return generation == crashedGeneration ? next.get() : Future.succeededFuture();
  }

  private Future<Void> publishFailed() {
    publish(new Outbound.Failed("the instance failed: " + lastError));
    return Future.succeededFuture();
  }

  private void deploymentFailed(Throwable cause) {
    if (status == Status.STOPPING) {
      return;
    }
    lastError = cause.toString();
    LOG.error("instance {} generation {} did not start", spec.id(), generation, cause);
    become(Status.FAILED);
    remember(RestartLog.Outcome.FAILED, cause);
    left = left.withoutPeers();
    node.meters().instanceFailed();
    publish(new Outbound.Failed("the instance did not start: " + lastError));
  }

  /** Restarts a running instance with its state, revives a failed one. */
  Future<Void> restart() {
    return transition(
            () -> {
              if (status == Status.STOPPING) {
                return Future.failedFuture(Unavailable.now(this));
              }
              boolean revived = status == Status.FAILED;
              remember(RestartLog.Outcome.REQUESTED, null);
              intensity = null;
              become(Status.RESTARTING);
              restarts++;
              Future<Handover> handover = revived ? Future.succeededFuture(left) : retire();
              return handover.compose(taken -> undeploy().compose(ignored -> deploy(taken)));
            })
        .onFailure(
            cause -> {
              if (status == Status.RESTARTING) {
                deploymentFailed(cause);
              }
            });
  }

  /**
   * What the running generation leaves: on request, or because it crashed just now. One that is
   * stuck in its logic hands nothing over: its channels join anew and its rooms come from the
   * journal.
   */
  private Future<Handover> retire() {
    retiring = true;
    verticle.retire().onSuccess(ended::tryComplete);
    return inTime(ended.future())
        .otherwise(
            cause -> {
              verticle.fence();
              stuck = true;
              lastError =
                  "stuck for "
                      + stats.busyFor(node.clock().getAsLong())
                      + " ms when it was restarted";
              LOG.error("instance {} generation {} is {}", spec.id(), generation, lastError);
              publish(new Outbound.Failed("the instance was " + lastError));
              return Handover.fromJournal(spec);
            });
  }

  /** Completes once it has stopped, or with the time-out of one that is stuck. */
  Future<Void> delete() {
    become(Status.STOPPING);
    publish(new Outbound.Deleted());
    return transition(this::undeploy)
        .compose(ignored -> here(node.journal().deleteInstance(spec.id())))
        .onComplete(ignored -> publish(new Outbound.Deleted()));
  }

  private void publish(Outbound item) {
    node.publisher()
        .publish(new DeliveryBatch(spec.id(), generation, DeliveryBatch.UNNUMBERED, List.of(item)));
  }

  /** A request to the verticle that runs, or to the next one if a restart is under way. */
  <T> Future<T> call(InstanceVerticle.Request<T> request) {
    return lastTransition
        .transform(
            ignored ->
                status == Status.RUNNING
                    ? here(verticle.call(request))
                    : Future.failedFuture(Unavailable.now(this)))
        .timeout(node.config().stopTimeout().toMillis() * 2, TimeUnit.MILLISECONDS)
        .recover(
            cause ->
                Future.failedFuture(cause instanceof Refusal ? cause : Unavailable.stuck(this)));
  }

  void replaceSpec(InstanceSpec changed) {
    spec = changed;
  }

  InstanceSpec spec() {
    return spec;
  }

  Status status() {
    return status;
  }

  long generation() {
    return generation;
  }

  int restarts() {
    return restarts;
  }

  RestartLog restartLog() {
    return restartLog;
  }

  String lastError() {
    return lastError;
  }

  InstanceStats stats() {
    return stats;
  }
}
