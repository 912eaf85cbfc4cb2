package io.mycelium.deployer;

import io.mycelium.bus.InstanceQuota;
import io.mycelium.bus.Residents;
import io.mycelium.instance.Handover;
import io.mycelium.instance.InstanceServices;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * All instances of a node: instances in memory, and instances that are only in the store until they
 * are used. On the deployer's context.
 */
final class Registry {
  private static final String IDLE = InstanceStatus.IDLE.json();

  private final Vertx vertx;
  private final OwnContext context;
  private final InstanceServices services;
  private final NavigableMap<String, SupervisedInstance> live = new TreeMap<>();
  private final Map<String, Future<SupervisedInstance>> loading = new HashMap<>();

  /**
   * Generations of deleted instances that have not stopped yet: a new instance with the same id
   * starts above them.
   */
  private final Map<String, Long> stuck = new HashMap<>();

  /** Ids of running imports: their instances are not visible yet. */
  private final Set<String> importing = new HashSet<>();

  private final Census census;
  private final Ownership ownership;
  private final Residents residents;
  private Consumer<String> onChange = id -> {};

  Registry(Vertx vertx, OwnContext context, InstanceServices services) {
    this.vertx = vertx;
    this.context = context;
    this.services = services;
    this.census = new Census(context, services.store().instances());
    this.ownership = new Ownership(context, services);
    this.residents = Residents.of(vertx);
  }

  /** Listener for instances that enter or leave memory, or get a request. */
  void onChange(Consumer<String> listener) {
    onChange = listener;
  }

  /** Counts the instances in the store; removes those of imports that died with the process. */
  Future<Void> open() {
    return context
        .here(services.store().instances().count())
        .compose(
            count ->
                new UnfinishedImports(context, services.store().instances())
                    .forget()
                    .map(unfinished -> count - unfinished))
        .map(
            count -> {
              census.begin(count);
              for (long i = 0; i < count; i++) {
                services.meters().statusChanged(null, IDLE);
              }
              return null;
            });
  }

  /** In memory, by id. */
  NavigableMap<String, SupervisedInstance> live() {
    return live;
  }

  /**
   * @param quota of the creator; null for none
   * @return fails with a {@link Refusal} if the node or the quota is full or the id is taken
   */
  Future<SupervisedInstance> create(InstanceSpec spec, InstanceQuota quota) {
    return counted(quota).compose(ignored -> createCounted(spec, quota));
  }

  private Future<Void> counted(InstanceQuota quota) {
    return census.count(
        quota,
        () -> {
          Set<String> known = new HashSet<>(importing);
          known.addAll(live.keySet());
          return known;
        });
  }

  /**
   * @throws Refusal if those are more rooms than an instance may have
   */
  static void checkRooms(int count, int most) {
    if (count > most) {
      throw new Refusal(
          ErrorCode.MAX_ROOMS, count + " rooms are more than instances.max_rooms, " + most);
    }
  }

  private Future<SupervisedInstance> createCounted(InstanceSpec spec, InstanceQuota quota) {
    checkRooms(spec.rooms().size(), services.config().maxRooms());
    checkRoom(spec.id(), quota);
    spec.rooms().values().forEach(services.types()::check);
    SupervisedInstance created =
        supervise(spec, ownership.beforeFirst(stuck.getOrDefault(spec.id(), 0L)));
    census.add(spec.id());
    services.meters().statusChanged(null, created.status().json());
    return context
        .here(services.store().instances().create(row(spec, created.generation() + 1)))
        .compose(isNew -> isNew ? created.start() : Future.failedFuture(taken(spec.id())))
        .onSuccess(
            ignored -> {
              services.meters().instanceStarted();
              onChange.accept(spec.id());
            })
        .recover(cause -> neverStarted(created, cause))
        .map(created);
  }

  private void checkRoom(String id, InstanceQuota quota) {
    if (live.containsKey(id) || importing.contains(id)) {
      throw taken(id);
    }
    if (census.all() >= services.config().maxInstances()) {
      throw new Refusal(
          ErrorCode.MAX_INSTANCES,
          "this node has its max_instances of " + services.config().maxInstances());
    }
    census.check(quota);
  }

  static Refusal taken(String id) {
    return Refusal.of(ErrorCode.ID_TAKEN, "id", id, "an id that no instance has");
  }

  private InstanceStore.Registered row(InstanceSpec spec, long first) {
    return new InstanceStore.Registered(
        spec.id(),
        spec.name(),
        spec.type(),
        spec.toJson().encode(),
        spec.createdAt().toEpochMilli(),
        ownership.registered(first),
        false,
        null);
  }

  private SupervisedInstance supervise(InstanceSpec spec, long lastGeneration) {
    SupervisedInstance made =
        new SupervisedInstance(vertx, context, services, spec, lastGeneration);
    live.put(spec.id(), made);
    residents.add(spec.id());
    onChange.accept(spec.id());
    return made;
  }

  /** Fails with that cause once nothing of the instance is left. */
  private Future<Void> neverStarted(SupervisedInstance instance, Throwable cause) {
    forget(instance, null);
    boolean taken = cause instanceof Refusal refusal && refusal.code() == ErrorCode.ID_TAKEN;
    if (taken) {
      census.removeTaken(instance.spec().id());
      return Future.failedFuture(cause);
    }
    census.remove(instance.spec().id());
    return context
        .here(services.store().instances().delete(instance.spec().id()))
        .transform(done -> Future.failedFuture(cause));
  }

  /**
   * @param status under which the instance is counted from now on; null if it is gone
   */
  void forget(SupervisedInstance instance, String status) {
    String id = instance.spec().id();
    if (live.remove(id, instance)) {
      residents.remove(id);
      services.meters().statusChanged(instance.status().json(), status);
    }
    onChange.accept(id);
    instance.stats().closeAccounts();
    Future<Void> stopped = instance.letGo();
    if (!stopped.isComplete()) {
      stuck.put(id, instance.generation());
      stopped.onComplete(done -> stuck.remove(id, instance.generation()));
    }
  }

  /**
   * Reserves an id for an import.
   *
   * @return fails with a {@link Refusal} if the node or the quota is full or the id taken, as far
   *     as memory knows
   */
  Future<Import> beginImport(String id, InstanceQuota quota) {
    return counted(quota).map(ignored -> beginImportCounted(id, quota));
  }

  private Import beginImportCounted(String id, InstanceQuota quota) {
    checkRoom(id, quota);
    census.add(id);
    importing.add(id);
    long generation = ownership.beforeFirst(stuck.getOrDefault(id, 0L)) + 1;
    return new Import(services, context, ownership, id, generation);
  }

  /** The import failed. */
  void notImported(String id) {
    census.remove(id);
    importing.remove(id);
  }

  /** The instance is visible from now on. */
  void imported(String id) {
    importing.remove(id);
    services.meters().instanceStarted();
    services.meters().statusChanged(null, IDLE);
    onChange.accept(id);
  }

  /** Whether the instance is in the store, but incomplete. */
  boolean isImporting(String id) {
    return importing.contains(id);
  }

  /** The id is free again once the instance has stopped. */
  Future<Void> delete(String id) {
    onChange.accept(id);
    return find(id)
        .compose(
            instance ->
                instance
                    .delete()
                    .onComplete(
                        ignored -> {
                          census.remove(id);
                          services.meters().instanceStopped();
                          forget(instance, null);
                        }));
  }

  /**
   * The instance, after waking it; a failed instance as it is.
   *
   * @return fails with {@code unknown_instance} if it does not exist or is being deleted
   */
  Future<SupervisedInstance> touch(String id) {
    return find(id).compose(instance -> instance.touch().map(instance));
  }

  /** The instance in memory, loaded from the store if necessary. */
  private Future<SupervisedInstance> find(String id) {
    if (importing.contains(id)) {
      return Future.failedFuture(unknown(id));
    }
    SupervisedInstance found = live.get(id);
    if (found != null) {
      return found.status() == InstanceStatus.STOPPING
          ? Future.failedFuture(unknown(id))
          : Future.succeededFuture(found);
    }
    Future<SupervisedInstance> running = loading.get(id);
    if (running != null) {
      return running;
    }
    Future<SupervisedInstance> load =
        context
            .here(ownership.take(id))
            .compose(row -> row == null ? Future.failedFuture(unknown(id)) : load(row));
    loading.put(id, load);
    load.onComplete(ignored -> loading.remove(id, load));
    return load;
  }

  /** For the instances of a dead node, which are claimed many at once. */
  Adoption adoption() {
    return new Adoption(context, ownership, loading, this::isHere, this::load);
  }

  /** Whether the instance is in memory, or must not be yet. */
  private boolean isHere(String id) {
    return live.containsKey(id) || importing.contains(id);
  }

  static Refusal unknown(String id) {
    return new Refusal(ErrorCode.UNKNOWN_INSTANCE, "there is no instance " + id);
  }

  private Future<SupervisedInstance> load(InstanceStore.Registered row) {
    return goOn(row, Handover::fromJournal);
  }

  /** An instance of another node, which this one owns now. */
  Future<SupervisedInstance> take(
      InstanceStore.Registered row, Function<InstanceSpec, Handover> handover) {
    Future<SupervisedInstance> running = loading.get(row.id());
    return running == null ? goOn(row, handover) : running;
  }

  private Future<SupervisedInstance> goOn(
      InstanceStore.Registered row, Function<InstanceSpec, Handover> handover) {
    SupervisedInstance known = live.get(row.id());
    if (known != null) {
      return Future.succeededFuture(known);
    }
    long lastGeneration = Math.max(row.generation(), stuck.getOrDefault(row.id(), 0L));
    SupervisedInstance loaded = supervise(InstanceSpec.restored(row), lastGeneration);
    if (row.failed()) {
      loaded.failedBefore(row.lastError());
    }
    services.meters().statusChanged(IDLE, loaded.status().json());
    if (row.failed()) {
      return Future.succeededFuture(loaded);
    }
    return started(loaded, loaded.goOn(handover.apply(loaded.spec())));
  }

  /** What becomes of an instance whose state is in the store once its start has ended. */
  Future<SupervisedInstance> started(SupervisedInstance instance, Future<Void> start) {
    return start.map(instance).recover(cause -> notLoaded(instance, cause));
  }

  /**
   * The instance stays in the store if the store cannot be read now; any other failure makes it
   * failed.
   */
  private Future<SupervisedInstance> notLoaded(SupervisedInstance instance, Throwable cause) {
    if (cause instanceof Refusal refusal && refusal.code().retryable()) {
      forget(instance, IDLE);
      return Future.failedFuture(cause);
    }
    if (cause instanceof Fenced && services.store().isShared()) {
      disown(List.of(instance.spec().id()));
      return Future.failedFuture(
          new Refusal(ErrorCode.INSTANCE_RESTARTING, "the instance is on another node now"));
    }
    instance.deploymentFailed(cause);
    return Future.succeededFuture(instance);
  }

  /** Other nodes own these from now on, or will: this one drops them as they are. */
  void disown(Collection<String> ids) {
    for (String id : ids) {
      SupervisedInstance instance = live.get(id);
      if (instance != null) {
        instance.disown();
        forget(instance, IDLE);
      }
    }
  }

  /** Instances that are idle for {@code instances.idle_timeout} go to sleep. */
  void sleepIdle() {
    long before = services.clock().getAsLong() - services.config().idleTimeout().toMillis();
    List<SupervisedInstance> idle = new ArrayList<>();
    for (SupervisedInstance instance : live.values()) {
      if (instance.stats().isIdleSince(before)) {
        idle.add(instance);
      }
    }
    for (SupervisedInstance instance : idle) {
      instance
          .sleep()
          .onSuccess(
              deserted -> {
                if (deserted) {
                  forget(instance, IDLE);
                  ownership.release(instance.spec().id(), instance.generation());
                }
              });
    }
  }
}
