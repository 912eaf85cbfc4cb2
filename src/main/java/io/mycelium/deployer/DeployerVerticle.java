package io.mycelium.deployer;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.InstanceRows;
import io.mycelium.instance.DeployerConfig;
import io.mycelium.instance.Handover;
import io.mycelium.instance.InstanceMeters;
import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceStats;
import io.mycelium.instance.Supervisor;
import io.mycelium.instance.thread.WorkerThreads;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.OwnContext;
import io.mycelium.journal.Store;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.RoomTypes;
import io.mycelium.room.StateBudget;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervises the instances of one node: deploys a verticle for each as its own child, restarts
 * those that crash, and answers the {@link InstanceDirectory}'s requests. Runs on an event loop.
 */
public final class DeployerVerticle extends VerticleBase implements Supervisor {
  private static final Logger LOG = LoggerFactory.getLogger(DeployerVerticle.class);

  private static final int SCANS_PER_BUDGET = 4;
  private static final long MAX_IDLE_SCAN_MS = 30_000;

  private final DeployerConfig config;
  private final RoomTypes types;
  private final JournalConfig journal;
  private final Store store;
  private final InstanceMeters meters;
  private InstanceServices services;
  private Registry registry;
  private DirectoryService service;
  private RowPublisher rows;
  private String requests = Addresses.INSTANCES;
  private ThrottledInstances throttled;
  private volatile boolean stopping;

  /**
   * @param store stays open when this verticle stops
   */
  public DeployerVerticle(
      DeployerConfig config,
      RoomTypes types,
      JournalConfig journal,
      Store store,
      InstanceMeters meters) {
    this.config = config;
    this.types = types;
    this.journal = journal;
    this.store = store;
    this.meters = meters;
  }

  /** In a cluster, requests come by way of whoever knows which node an instance is on. */
  public DeployerVerticle inCluster() {
    requests = Addresses.INSTANCES_HERE;
    return this;
  }

  @Override
  public Future<?> start() {
    WorkerThreads threads = new WorkerThreads(vertx, config.workerPoolSize());
    StateBudget states = new StateBudget(config.maxStateBytes());
    meters.states(states);
    services =
        new InstanceServices(
            config,
            types,
            journal,
            store,
            new DeliveryPublisher(vertx),
            meters,
            states,
            this,
            threads,
            System::currentTimeMillis);
    registry = new Registry(vertx, OwnContext.of(context), services);
    service = new DirectoryService(services, registry);
    throttled = new ThrottledInstances(vertx, services);
    rows = new RowPublisher(vertx, registry.live(), InstanceRows.LEASE_MS);
    registry.onChange(rows::changed);
    vertx.setPeriodic(
        config.stuckAfter().toMillis() / SCANS_PER_BUDGET, ignored -> findStuckInstances());
    if (!config.idleTimeout().isZero()) {
      long scan = Math.min(MAX_IDLE_SCAN_MS, config.idleTimeout().toMillis() / SCANS_PER_BUDGET);
      vertx.setPeriodic(scan, ignored -> registry.sleepIdle());
    }
    RevocationService revocations = new RevocationService(vertx, store.revocations());
    return Future.all(registry.open(), rows.start(), revocations.start())
        .compose(
            opened ->
                vertx.eventBus().<JsonObject>localConsumer(requests, this::onRequest).completion());
  }

  private void onRequest(Message<JsonObject> request) {
    try {
      service
          .handle(request.body())
          .onSuccess(request::reply)
          .onFailure(cause -> refuse(request, cause));
    } catch (RuntimeException e) {
      refuse(request, e);
    }
  }

  private static void refuse(Message<JsonObject> request, Throwable cause) {
    Throwable told = InstanceRefusals.unlessOwned(cause);
    if (!(told instanceof Refusal)) {
      LOG.error("request {} failed", request.body().getString("op"), told);
    }
    InstanceDirectory.refuse(request, told);
  }

  @Override
  public void crashed(String instanceId, long generation, Throwable cause, Handover handover) {
    context.runOnContext(
        ignored -> {
          SupervisedInstance instance = registry.live().get(instanceId);
          if (instance != null && cause instanceof Fenced && store.isShared()) {
            LOG.warn("instance {} is on another node now: {}", instanceId, cause.getMessage());
            registry.disown(List.of(instanceId));
          } else if (instance != null && !stopping) {
            instance.crashed(generation, cause, handover);
            rows.changed(instanceId);
          }
        });
  }

  @Override
  public void overBudget(String instanceId) {
    context.runOnContext(
        ignored -> {
          SupervisedInstance instance = registry.live().get(instanceId);
          if (instance != null) {
            throttled.add(instance);
          }
        });
  }

  /**
   * Before this verticle is undeployed: Vert.x would wait without end for an instance whose logic
   * is stuck. Completes once all have stopped or were given up; none is restarted from now on. Any
   * thread.
   */
  public Future<Void> stopInstances() {
    stopping = true;
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        ignored ->
            Future.join(
                    registry.live().values().stream().map(SupervisedInstance::undeploy).toList())
                .<Void>mapEmpty()
                .onComplete(done));
    return done.future();
  }

  @Override
  public boolean isStopping() {
    return stopping || ((VertxInternal) vertx).closeFuture().isClosed();
  }

  private void findStuckInstances() {
    if (stopping) {
      return;
    }
    long now = services.clock().getAsLong();
    long budget = config.stuckAfter().toMillis();
    List<SupervisedInstance> found = new ArrayList<>();
    for (SupervisedInstance instance : registry.live().values()) {
      switch (instance.stats().judge(now, budget)) {
        case LET_BE -> {}
        case TELL -> tellSlow(instance, now, budget);
        case GIVE_UP -> found.add(instance);
      }
    }
    found.stream()
        .filter(SupervisedInstance::isWatched)
        .forEach(instance -> instance.giveUpStuck(now));
  }

  private static void tellSlow(SupervisedInstance instance, long now, long budget) {
    InstanceStats stats = instance.stats();
    LOG.warn(
        "instance {} has been busy for {} ms and is given up after {} ms",
        instance.spec().id(),
        stats.busyFor(now),
        budget,
        new StuckException(stats.busyFor(now), stats.whereabouts()));
  }

  /** The values of an instance's {@code status} in the API. */
  public static List<String> statuses() {
    return Arrays.stream(InstanceStatus.values()).map(InstanceStatus::json).toList();
  }
}
