package io.mycelium.instance;

import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
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
  static final String POOL = "mycelium-instances";
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
  private final Node node;
  private final InstanceStats stats = new InstanceStats();
  private InstanceSpec spec;
  private Status status = Status.STARTING;
  private long generation;
  private int restarts;
  private String lastError;
  private RestartIntensity intensity;
  private InstanceVerticle verticle;
  private String deploymentId;
  private Handover left;
  private Future<?> lastTransition = Future.succeededFuture();

  Supervised(Vertx vertx, Node node, InstanceSpec spec) {
    this.vertx = vertx;
    this.node = node;
    this.spec = spec;
  }

  Future<Void> start() {
    return transition(() -> deploy(Handover.NOTHING));
  }

  /** Transitions of one instance come one after the other. */
  private <T> Future<T> transition(Supplier<Future<T>> next) {
    Future<T> done = lastTransition.transform(ignored -> next.get());
    lastTransition = done;
    return done;
  }

  private Future<Void> deploy(Handover handover) {
    generation++;
    verticle = new InstanceVerticle(node, spec, generation, handover, stats);
    DeploymentOptions options =
        new DeploymentOptions().setThreadingModel(spec.config().threading());
    if (spec.config().threading() == ThreadingModel.WORKER) {
      options.setWorkerPoolName(POOL).setWorkerPoolSize(node.config().workerPoolSize());
    }
    return vertx
        .deployVerticle(verticle, options)
        .map(
            id -> {
              deploymentId = id;
              status = Status.RUNNING;
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
    return vertx
        .undeploy(stopping)
        .timeout(node.config().stopTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .otherwise(
            cause -> {
              LOG.warn(
                  "instance {} generation {} did not stop: {}",
                  spec.id(),
                  generation,
                  cause.toString());
              return null;
            });
  }

  /** The verticle of that generation stopped taking commands. */
  void crashed(long crashedGeneration, Throwable cause, Handover handover) {
    if (crashedGeneration != generation || status == Status.STOPPING) {
      return;
    }
    lastError = cause.toString();
    LOG.error("instance {} generation {} crashed", spec.id(), generation, cause);
    if (intensity == null) {
      intensity = new RestartIntensity(node.config().maxRestarts(), node.config().restartWindow());
    }
    if (intensity.exceededBy(node.clock().getAsLong())) {
      status = Status.FAILED;
      left = handover.withoutChannels();
      node.meters().instanceFailed();
      transition(this::undeploy)
          .onComplete(ignored -> publish(new Outbound.Failed("the instance failed: " + lastError)));
      LOG.error(
          "instance {} failed: more than {} crashes in {}; POST .../restart revives it",
          spec.id(),
          node.config().maxRestarts(),
          node.config().restartWindow());
    } else {
      status = Status.RESTARTING;
      restarts++;
      node.meters().instanceRestarted();
      transition(() -> undeploy().compose(ignored -> deploy(handover)))
          .onFailure(this::deploymentFailed);
    }
  }

  private void deploymentFailed(Throwable cause) {
    lastError = cause.toString();
    LOG.error("instance {} generation {} did not start", spec.id(), generation, cause);
    status = Status.FAILED;
    left = Handover.fromJournal(spec);
    node.meters().instanceFailed();
    publish(new Outbound.Failed("the instance did not start: " + lastError));
  }

  /** Restarts a running instance with its state, revives a failed one. */
  Future<Void> restart() {
    return transition(
            () -> {
              if (status == Status.STOPPING) {
                return Future.failedFuture(gone());
              }
              boolean revived = status == Status.FAILED;
              intensity = null;
              status = Status.RESTARTING;
              restarts++;
              Future<Handover> handover = revived ? Future.succeededFuture(left) : retire();
              left = null;
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
   * One that is stuck in its logic hands nothing over: its channels join anew and its rooms come
   * from the journal.
   */
  private Future<Handover> retire() {
    return verticle
        .retire()
        .timeout(node.config().stopTimeout().toMillis(), TimeUnit.MILLISECONDS)
        .otherwise(
            cause -> {
              lastError =
                  "stuck for "
                      + stats.busyFor(node.clock().getAsLong())
                      + " ms when it was restarted";
              LOG.error("instance {} generation {} is {}", spec.id(), generation, lastError);
              publish(new Outbound.Failed("the instance was " + lastError));
              return Handover.fromJournal(spec);
            });
  }

  Future<Void> delete() {
    status = Status.STOPPING;
    publish(new Outbound.Deleted());
    return transition(this::undeploy).compose(ignored -> node.journal().deleteInstance(spec.id()));
  }

  private void publish(Outbound item) {
    node.publisher().publish(new DeliveryBatch(spec.id(), generation, List.of(item)));
  }

  /** A request to the verticle that runs, or to the next one if a restart is under way. */
  <T> Future<T> call(InstanceVerticle.Request<T> request) {
    return lastTransition
        .transform(
            ignored ->
                status == Status.RUNNING
                    ? verticle.call(request)
                    : Future.failedFuture(notRunning()))
        .timeout(node.config().stopTimeout().toMillis() * 2, TimeUnit.MILLISECONDS)
        .recover(cause -> Future.failedFuture(cause instanceof Refusal ? cause : stuck()));
  }

  private Refusal notRunning() {
    if (status == Status.STOPPING) {
      return gone();
    }
    ErrorCode code =
        status == Status.FAILED ? ErrorCode.INSTANCE_FAILED : ErrorCode.INSTANCE_RESTARTING;
    return new Refusal(
        code,
        "instance "
            + spec.id()
            + " is "
            + status.json()
            + (lastError == null ? "" : ": " + lastError));
  }

  private Refusal gone() {
    return new Refusal(ErrorCode.UNKNOWN_INSTANCE, "instance " + spec.id() + " was deleted");
  }

  private Refusal stuck() {
    long busyFor = stats.busyFor(node.clock().getAsLong());
    return new Refusal(
        ErrorCode.TIMEOUT,
        "instance "
            + spec.id()
            + " did not answer; its logic has been busy for "
            + busyFor
            + " ms");
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

  String lastError() {
    return lastError;
  }

  InstanceStats stats() {
    return stats;
  }
}
