package io.mycelium.instance;

import io.mycelium.bus.Addresses;
import io.mycelium.bus.DeliveryPublisher;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.InstanceRows;
import io.mycelium.journal.Journal;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Supervises the instances of one node: deploys a verticle for each as its own child, restarts
 * those that crash, and answers the {@link InstanceDirectory}'s requests. Runs on an event loop.
 */
public final class DeployerVerticle extends VerticleBase implements Supervisor {
  private static final Logger LOG = LoggerFactory.getLogger(DeployerVerticle.class);

  private static final int SCANS_PER_BUDGET = 4;

  private final DeployerConfig config;
  private final RoomTypes types;
  private final Journal journal;
  private final InstanceMeters meters;
  private final NavigableMap<String, Supervised> instances = new TreeMap<>();

  /**
   * Generations of deleted instances that have not stopped yet: a new instance of that id begins
   * behind them.
   */
  private final Map<String, Long> stuck = new HashMap<>();

  private Node node;
  private DirectoryService service;
  private RowPublisher rows;

  public DeployerVerticle(
      DeployerConfig config, RoomTypes types, Journal journal, InstanceMeters meters) {
    this.config = config;
    this.types = types;
    this.journal = journal;
    this.meters = meters;
  }

  @Override
  public Future<?> start() {
    WorkerThreads threads = new WorkerThreads(vertx, config.workerPoolSize());
    node =
        new Node(
            config,
            types,
            journal,
            new DeliveryPublisher(vertx),
            meters,
            this,
            threads,
            System::currentTimeMillis);
    service = new DirectoryService(this);
    rows = new RowPublisher(vertx, journal, instances, InstanceRows.LEASE_MS);
    vertx.setPeriodic(
        config.stuckAfter().toMillis() / SCANS_PER_BUDGET, ignored -> findStuckInstances());
    MessageConsumer<JsonObject> requests =
        vertx.eventBus().consumer(Addresses.INSTANCES, this::onRequest);
    return Future.all(rows.start(), requests.completion());
  }

  private void onRequest(Message<JsonObject> request) {
    try {
      service
          .handle(request.body())
          .onSuccess(request::reply)
          .onFailure(cause -> InstanceDirectory.refuse(request, cause));
    } catch (RuntimeException e) {
      if (!(e instanceof Refusal)) {
        LOG.error("request {} failed", request.body(), e);
      }
      InstanceDirectory.refuse(request, e);
    }
  }

  @Override
  public void crashed(String instanceId, long generation, Throwable cause, Handover handover) {
    context.runOnContext(
        ignored -> {
          Supervised instance = instances.get(instanceId);
          if (instance != null) {
            instance.crashed(generation, cause, handover);
            rows.changed(instanceId);
          }
        });
  }

  private void findStuckInstances() {
    long now = node.clock().getAsLong();
    long budget = config.stuckAfter().toMillis();
    List<Supervised> found = new ArrayList<>();
    for (Supervised instance : instances.values()) {
      switch (instance.stats().judge(now, budget)) {
        case LET_BE -> {}
        case TELL -> tellSlow(instance, now, budget);
        case GIVE_UP -> found.add(instance);
      }
    }
    found.stream().filter(Supervised::isWatched).forEach(instance -> instance.giveUpStuck(now));
  }

  private static void tellSlow(Supervised instance, long now, long budget) {
    InstanceStats stats = instance.stats();
    LOG.warn(
        "instance {} has been busy for {} ms and is given up after {} ms",
        instance.spec().id(),
        stats.busyFor(now),
        budget,
        new StuckException(stats.busyFor(now), stats.whereabouts()));
  }

  Future<Supervised> create(InstanceSpec spec) {
    if (instances.containsKey(spec.id())) {
      throw Refusal.of(ErrorCode.ID_TAKEN, "id", spec.id(), "an id that no instance has");
    }
    if (instances.size() >= config.maxInstances()) {
      throw new Refusal(
          ErrorCode.MAX_INSTANCES, "this node has its max_instances of " + config.maxInstances());
    }
    spec.rooms().values().forEach(types::open);
    Supervised created =
        new Supervised(
            vertx, (ContextInternal) context, node, spec, stuck.getOrDefault(spec.id(), 0L));
    instances.put(spec.id(), created);
    meters.statusChanged(null, created.status().json());
    return created
        .start()
        .onSuccess(
            ignored -> {
              meters.instanceStarted();
              rows.changed(spec.id());
            })
        .onFailure(cause -> neverStarted(spec.id(), created))
        .map(created);
  }

  /** The id is free again once the instance has stopped. */
  Future<Void> delete(String id) {
    Supervised instance = find(id);
    rows.changed(id);
    return instance.delete().onComplete(ignored -> removed(id, instance));
  }

  private void neverStarted(String id, Supervised instance) {
    if (instances.remove(id, instance)) {
      rows.changed(id);
      meters.statusChanged(instance.status().json(), null);
    }
    fenceLater(id, instance);
  }

  private void removed(String id, Supervised instance) {
    if (instances.remove(id, instance)) {
      rows.changed(id);
      meters.statusChanged(instance.status().json(), null);
    }
    meters.instanceStopped();
    fenceLater(id, instance);
  }

  private void fenceLater(String id, Supervised instance) {
    if (!instance.stopped().isComplete()) {
      stuck.put(id, instance.generation());
      instance.stopped().onComplete(stopped -> stuck.remove(id, instance.generation()));
    }
  }

  /**
   * @throws Refusal ({@code unknown_instance}) if it is not there or on its way out
   */
  Supervised find(String id) {
    Supervised found = instances.get(id);
    if (found == null || found.status() == Supervised.Status.STOPPING) {
      throw new Refusal(ErrorCode.UNKNOWN_INSTANCE, "there is no instance " + id);
    }
    return found;
  }

  /** What an instance's {@code status} can be in the API. */
  public static List<String> statuses() {
    return Arrays.stream(Supervised.Status.values()).map(Supervised.Status::json).toList();
  }

  NavigableMap<String, Supervised> instances() {
    return instances;
  }

  RoomTypes types() {
    return types;
  }
}
