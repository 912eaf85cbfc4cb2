package io.mycelium.deployer;

import io.mycelium.bus.Outbound;
import io.mycelium.instance.Handover;
import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.instance.InstanceStats;
import io.mycelium.instance.InstanceVerticle;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One instance as its supervisor sees it: its running generation, its crashes, its handover. On the
 * deployer's context only.
 */
final class SupervisedInstance {
  private static final Logger LOG = LoggerFactory.getLogger(SupervisedInstance.class);

  private final Vertx vertx;
  private final OwnContext context;
  private final InstanceServices services;
  private final InstanceStats stats;
  private final WakeUpListener wakeUp;
  private final CrashRecord crashes;
  private final InstanceTransitions transitions;
  private final InstanceNotices notices;
  private InstanceSpec spec;
  private InstanceStatus status = InstanceStatus.STARTING;
  private long generation;
  private Deployment current;
  private boolean retiring;
  private Handover left;

  /**
   * @param lastGeneration the highest generation that was deployed, including a stuck earlier
   *     instance with the same id, so that this instance fences it off; else 0
   */
  SupervisedInstance(
      Vertx vertx,
      OwnContext context,
      InstanceServices services,
      InstanceSpec spec,
      long lastGeneration) {
    this.vertx = vertx;
    this.context = context;
    this.services = services;
    this.spec = spec;
    this.stats = new InstanceStats(services.config().maxHandlerTime());
    this.generation = lastGeneration;
    this.transitions = new InstanceTransitions(context);
    this.notices = new InstanceNotices(services, spec.id());
    this.crashes = new CrashRecord(services.config(), services.clock());
    this.wakeUp = new WakeUpListener(vertx, spec.id(), services.publisher(), this::touch);
  }

  /** An instance that failed before this process started; a restart revives it. */
  SupervisedInstance failedBefore(String error) {
    status = InstanceStatus.FAILED;
    crashes.failedBy(error);
    left = Handover.fromJournal(spec);
    return this;
  }

  private void become(InstanceStatus next) {
    services.meters().statusChanged(status.json(), next.json());
    status = next;
  }

  /** Starts a new instance. A stuck earlier one with its id may wake up at any time and write. */
  Future<Void> start() {
    return transitions.next(
        () ->
            generation == 0
                ? deploy(Handover.nothing())
                : context
                    .here(services.store().journal().fence(spec.id(), generation + 1))
                    .compose(ignored -> deploy(Handover.nothing())));
  }

  /** Goes on from what is in the store, or from what another node has left. */
  Future<Void> goOn(Handover handover) {
    return transitions.next(() -> deploy(handover));
  }

  /** Ends for another node to go on with what this leaves; nothing of it is in memory only. */
  Future<Handover> leave() {
    return transitions.next(
        () ->
            status == InstanceStatus.RUNNING || status == InstanceStatus.IDLE
                ? end(() -> current.leave()).onSuccess(taken -> left = taken)
                : Future.failedFuture(InstanceRefusals.now(this)));
  }

  /** No other node went on: this one does, from what it has left. */
  Future<Void> stay() {
    return goOn(left);
  }

  /** What the running generation hands over, once it has stopped; one that is down has left it. */
  private Future<Handover> end(Supplier<Future<Handover>> running) {
    boolean down = status == InstanceStatus.FAILED || status == InstanceStatus.IDLE;
    wakeUp.stopListening();
    become(InstanceStatus.RESTARTING);
    Future<Handover> handover = down ? Future.succeededFuture(left) : retire(running);
    return handover.compose(taken -> undeploy().map(taken));
  }

  private Future<Void> deploy(Handover handover) {
    generation++;
    left = handover;
    retiring = false;
    Deployment starting =
        new Deployment(vertx, context, services, spec, generation, handover, stats);
    current = starting;
    return starting
        .start()
        .map(
            ignored -> {
              if (!starting.hasEnded() && status != InstanceStatus.STOPPING) {
                left = null;
                become(InstanceStatus.RUNNING);
                stats.touch(services.clock().getAsLong());
              }
              return null;
            });
  }

  /** In time, or it is given up; alone if the node ends, else as a part of a transition. */
  Future<Void> undeploy() {
    if (current == null) {
      return Future.succeededFuture();
    }
    Deployment ending = current;
    return ending.undeploy().onComplete(ignored -> crashes.ended(ending));
  }

  /** Whether its logic may be running now while a caller waits for its end. */
  boolean isWatched() {
    return current != null && (status == InstanceStatus.RUNNING || current.isStarting());
  }

  /**
   * Continues without the stuck thread: the pool gets a replacement, and the instance crashes. An
   * instance that is stuck during its start does not start.
   */
  void giveUpStuck(long now) {
    StuckException cause = new StuckException(stats.busyFor(now), stats.whereabouts());
    if (current.isStarting()) {
      current.giveUpStart(cause);
      crashes.ended(current);
      return;
    }
    current.isStuckNow();
    crashes.stuckFor(cause.busy());
    notices.publish(generation, new Outbound.Failed("the instance was " + cause));
    crashed(generation, cause, Handover.fromJournal(spec));
  }

  /** Its logic goes on like that; it crashes once the call in hand returns. */
  void endRunaway(RunawayException cause) {
    current.verticle().crashLater(cause);
  }

  /** The verticle of this generation stopped taking commands. */
  void crashed(long crashedGeneration, Throwable cause, Handover handover) {
    if (crashedGeneration != generation || status == InstanceStatus.STOPPING) {
      return;
    }
    crashes.failedBy(cause.toString());
    LOG.error("instance {} generation {} crashed", spec.id(), generation, cause);
    if (!current.end(handover) || retiring) {
      return;
    }
    if (crashes.exceededBy(current, cause, services.clock().getAsLong())) {
      become(InstanceStatus.FAILED);
      crashes.remember(generation, RestartLog.Outcome.FAILED, cause);
      left = handover.withoutLinks();
      services.meters().instanceFailed();
      transitions.next(() -> unlessReplaced(crashedGeneration, this::endFailed));
      crashes.tellTooMany(spec.id());
    } else {
      become(InstanceStatus.RESTARTING);
      crashes.restart(generation, cause);
      services.meters().instanceRestarted();
      transitions
          .next(
              () ->
                  unlessReplaced(
                      crashedGeneration, () -> undeploy().compose(ignored -> deploy(handover))))
          .onFailure(this::deploymentFailed);
    }
  }

  /** A restart in progress may have replaced the crashed generation already. */
  private Future<Void> unlessReplaced(long crashedGeneration, Supplier<Future<Void>> next) {
    return generation == crashedGeneration ? next.get() : Future.succeededFuture();
  }

  private Future<Void> endFailed() {
    return undeploy()
        .onSuccess(
            done -> notices.failed(generation, "the instance failed: ", crashes.lastError()));
  }

  /** The instance cannot be deployed; a stopping node does not report its instances as failed. */
  void deploymentFailed(Throwable cause) {
    if (status == InstanceStatus.STOPPING || services.supervisor().isStopping()) {
      return;
    }
    crashes.failedBy(cause.toString());
    LOG.error("instance {} generation {} did not start", spec.id(), generation, cause);
    become(InstanceStatus.FAILED);
    crashes.remember(generation, RestartLog.Outcome.FAILED, cause);
    left = left.withoutLinks();
    services.meters().instanceFailed();
    notices.failed(generation, "the instance did not start: ", crashes.lastError());
  }

  /** Restarts a running instance with its state, revives a failed one. */
  Future<Void> restart() {
    return transitions
        .next(
            () -> {
              if (status == InstanceStatus.STOPPING) {
                return Future.failedFuture(InstanceRefusals.now(this));
              }
              if (status == InstanceStatus.FAILED) {
                notices.revived(crashes.lastError());
              }
              crashes.restart(generation);
              return end(() -> current.retire()).compose(this::deploy);
            })
        .onFailure(
            cause -> {
              if (status == InstanceStatus.RESTARTING) {
                deploymentFailed(cause);
              }
            });
  }

  /** A generation that is stuck hands nothing over: channels rejoin, rooms are read back. */
  private Future<Handover> retire(Supplier<Future<Handover>> running) {
    retiring = true;
    return running
        .get()
        .otherwise(
            cause -> {
              current.isStuckNow();
              long busy = stats.busyFor(services.clock().getAsLong());
              String why = crashes.failedBy("stuck for " + busy + " ms when it was restarted");
              LOG.error("instance {} generation {} is {}", spec.id(), generation, why);
              notices.publish(generation, new Outbound.Failed("the instance was " + why));
              return Handover.fromJournal(spec);
            });
  }

  /** Another node runs it: what this node still does with it has no effect. */
  void disown() {
    become(InstanceStatus.STOPPING);
    if (current != null) {
      current.verticle().fence();
    }
    transitions.next(this::undeploy);
  }

  /** Completes once the instance has stopped, or after the timeout if it is stuck. */
  Future<Void> delete() {
    become(InstanceStatus.STOPPING);
    wakeUp.stopListening();
    notices.publish(generation, new Outbound.Deleted());
    return transitions
        .next(this::undeploy)
        .compose(ignored -> context.here(services.store().instances().delete(spec.id())))
        .onComplete(ignored -> notices.publish(generation, new Outbound.Deleted()));
  }

  /**
   * Puts an idle instance to sleep. Its connections stay open; a command wakes it.
   *
   * @return whether it sleeps without connections, so that it needs no memory at all
   */
  Future<Boolean> sleep() {
    return transitions.next(
        () -> {
          if (status != InstanceStatus.RUNNING) {
            return Future.succeededFuture(false);
          }
          wakeUp.listen();
          return context.here(current.verticle().sleep()).compose(this::slept);
        });
  }

  private Future<Boolean> slept(Handover handover) {
    if (handover == null) {
      wakeUp.resendTo(generation);
      return Future.succeededFuture(false);
    }
    return undeploy()
        .map(
            ignored -> {
              if (status == InstanceStatus.STOPPING) {
                return false;
              }
              left = handover;
              become(InstanceStatus.IDLE);
              return handover.isDeserted() && !wakeUp.isWanted();
            })
        .onSuccess(
            deserted -> {
              if (wakeUp.isWanted()) {
                touch();
              }
            });
  }

  /** A request for the instance, or a command: keeps it awake, or wakes it. */
  Future<Void> touch() {
    stats.touch(services.clock().getAsLong());
    wakeUp.want();
    if (status != InstanceStatus.IDLE && transitions.isQuiet()) {
      return Future.succeededFuture();
    }
    return transitions.next(
        () -> {
          if (status != InstanceStatus.IDLE) {
            return Future.succeededFuture();
          }
          wakeUp.stopListening();
          become(InstanceStatus.STARTING);
          return deploy(left).onFailure(this::stillAsleep);
        });
  }

  /** Stays asleep if the store cannot be read now; any other failure makes the instance failed. */
  private void stillAsleep(Throwable cause) {
    if (status == InstanceStatus.STARTING
        && cause instanceof Refusal refusal
        && refusal.code().retryable()) {
      become(InstanceStatus.IDLE);
      wakeUp.listen();
    } else {
      deploymentFailed(cause);
    }
  }

  /**
   * Forgets the instance; its id is known to the store. Completes once the verticle that was
   * undeployed last has stopped; a stuck verticle may never stop.
   */
  Future<Void> letGo() {
    wakeUp.stopListening();
    return current == null ? Future.succeededFuture() : current.stopped();
  }

  /** Sends a request to the running verticle, or to the next one if a restart is in progress. */
  <T> Future<T> call(InstanceVerticle.Request<T> request) {
    return touch()
        .transform(
            ignored ->
                status == InstanceStatus.RUNNING
                    ? context.here(current.verticle().call(request))
                    : Future.failedFuture(InstanceRefusals.now(this)))
        .timeout(services.config().stopTimeout().toMillis() * 2, TimeUnit.MILLISECONDS)
        .recover(cause -> Future.failedFuture(InstanceRefusals.of(this, cause)));
  }

  /** Completes once the store has the change too. */
  Future<Void> replaceSpec(InstanceSpec changed) {
    spec = changed;
    return context.here(
        services.store().instances().setSpec(changed.id(), changed.toJson().encode()));
  }

  InstanceSpec spec() {
    return spec;
  }

  InstanceStatus status() {
    return status;
  }

  long generation() {
    return generation;
  }

  CrashRecord crashes() {
    return crashes;
  }

  InstanceStats stats() {
    return stats;
  }
}
