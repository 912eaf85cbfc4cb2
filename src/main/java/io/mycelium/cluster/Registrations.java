package io.mycelium.cluster;

import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import io.vertx.core.shareddata.Counter;
import io.vertx.core.shareddata.Lock;
import io.vertx.core.spi.cluster.ClusterManager;
import io.vertx.core.spi.cluster.NodeInfo;
import io.vertx.core.spi.cluster.NodeListener;
import io.vertx.core.spi.cluster.RegistrationInfo;
import io.vertx.core.spi.cluster.RegistrationListener;
import io.vertx.core.spi.cluster.RegistrationUpdateEvent;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between Vert.x and the engine's cluster manager, and mends what both leave open: Vert.x
 * keeps who listens at an address until it is told of a change, and does nothing when the engine
 * says that it lost some; the engine may keep addresses of nodes that are gone, and forgets living
 * ones when two halves of a cluster come together. So nobody is sent to who is no member, what
 * Vert.x keeps can be read anew ({@link #refresh}), and this node's own addresses can be put down
 * again ({@link #republish}).
 *
 * <p>What is heard on this node only does not go to the engine: that is an entry in a map here.
 */
final class Registrations implements ClusterManager {
  private final ClusterManager engine;

  /** By address, in sets that are replaced and never changed; likewise {@link #local}. */
  private final Map<String, Set<RegistrationInfo>> own = new ConcurrentHashMap<>();

  private final Map<String, Set<RegistrationInfo>> local = new ConcurrentHashMap<>();

  /** By address, what Vert.x was told last; only of addresses that it keeps. */
  private final Map<String, List<RegistrationInfo>> told = new ConcurrentHashMap<>();

  private Vertx node;
  private RegistrationListener vertx;
  private volatile NodeInfo place;

  Registrations(ClusterManager engine) {
    this.engine = engine;
  }

  /** Addresses at which the other nodes are to reach this one. */
  Set<String> own() {
    return new TreeSet<>(own.keySet());
  }

  /**
   * Puts down again where this node is and its addresses; where they still are, nothing changes.
   */
  Future<Void> republish() {
    List<Future<Void>> puts = new ArrayList<>();
    puts.add(putPlace());
    own.forEach((address, each) -> each.forEach(info -> puts.add(put(address, info))));
    return Future.all(puts).mapEmpty();
  }

  /**
   * The newest place, on a worker: the engine's monitor is held for seconds while it mends what
   * members that are gone have left.
   */
  private Future<Void> putPlace() {
    return node.executeBlocking(
            () -> {
              Promise<Void> put = Promise.promise();
              engine.setNodeInfo(place, put);
              return put.future();
            },
            false)
        .compose(put -> put);
  }

  /** Takes an address away and puts it down again, which tells all others of it. */
  Future<Void> renew(String address) {
    List<Future<Void>> puts = new ArrayList<>();
    for (RegistrationInfo info : own.getOrDefault(address, Set.of())) {
      Promise<Void> removed = Promise.promise();
      engine.removeRegistration(address, info, removed);
      puts.add(removed.future().eventually(() -> put(address, info)));
    }
    return Future.all(puts).mapEmpty();
  }

  private Future<Void> put(String address, RegistrationInfo info) {
    Promise<Void> done = Promise.promise();
    engine.addRegistration(address, info, done);
    return done.future();
  }

  /** Reads anew what Vert.x keeps, and tells it. */
  Future<Void> refresh() {
    List<Future<Void>> reads = new ArrayList<>();
    for (String address : told.keySet()) {
      reads.add(refresh(address));
    }
    return Future.all(reads).mapEmpty();
  }

  private Future<Void> refresh(String address) {
    if (!vertx.wantsUpdatesFor(address)) {
      told.remove(address);
      return Future.succeededFuture();
    }
    return read(address).onSuccess(found -> tell(address, found)).mapEmpty();
  }

  /**
   * Nobody here is to send to a node that is gone: Vert.x keeps its addresses until the engine has
   * moved what the node kept.
   *
   * @param node Vert.x's id of it
   */
  void forget(String node) {
    told.forEach(
        (address, kept) -> {
          if (names(kept, node)) {
            tell(address, kept.stream().filter(info -> !info.nodeId().equals(node)).toList());
          }
        });
  }

  /**
   * Those of a node's addresses at which this node would not send to it.
   *
   * @param node Vert.x's id of it
   */
  Future<Set<String>> unheard(String node, Set<String> addresses) {
    Set<String> missing = new TreeSet<>();
    List<Future<?>> reads = new ArrayList<>();
    for (String address : addresses) {
      List<RegistrationInfo> kept = told.get(address);
      Future<?> stale =
          kept != null && !names(kept, node) ? refresh(address) : Future.succeededFuture();
      reads.add(
          stale
              .compose(done -> read(address))
              .onSuccess(
                  found -> {
                    if (!names(found, node)) {
                      synchronized (missing) {
                        missing.add(address);
                      }
                    }
                  }));
    }
    return Future.all(reads).map(missing);
  }

  private static boolean names(List<RegistrationInfo> infos, String node) {
    return infos.stream().anyMatch(info -> info.nodeId().equals(node));
  }

  private Future<List<RegistrationInfo>> read(String address) {
    Promise<List<RegistrationInfo>> found = Promise.promise();
    engine.getRegistrations(address, found);
    return found.future().map(infos -> withLocal(address, ofMembers(infos)));
  }

  private List<RegistrationInfo> ofMembers(List<RegistrationInfo> infos) {
    Set<String> members = new HashSet<>(engine.getNodes());
    return infos.stream().filter(info -> members.contains(info.nodeId())).toList();
  }

  private List<RegistrationInfo> withLocal(String address, List<RegistrationInfo> infos) {
    Set<RegistrationInfo> here = local.get(address);
    if (here == null) {
      return infos;
    }
    List<RegistrationInfo> all = new ArrayList<>(infos);
    all.addAll(here);
    return all;
  }

  private void tell(String address, List<RegistrationInfo> found) {
    if (vertx.wantsUpdatesFor(address)) {
      told.put(address, found);
      vertx.registrationsUpdated(new RegistrationUpdateEvent(address, found));
    }
  }

  @Override
  public void getRegistrations(String address, Completable<List<RegistrationInfo>> promise) {
    read(address)
        .onSuccess(
            found -> {
              if (!found.isEmpty()) {
                told.put(address, found);
              }
            })
        .onComplete(
            done -> {
              if (done.succeeded()) {
                promise.succeed(done.result());
              } else {
                promise.fail(done.cause());
              }
            });
  }

  @Override
  public void addRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
    add(info.localOnly() ? local : own, address, info);
    if (info.localOnly()) {
      promise.succeed();
      localChanged(address);
    } else {
      engine.addRegistration(address, info, promise);
    }
  }

  @Override
  public void removeRegistration(String address, RegistrationInfo info, Completable<Void> promise) {
    (info.localOnly() ? local : own)
        .computeIfPresent(
            address,
            (key, infos) -> {
              Set<RegistrationInfo> fewer = new HashSet<>(infos);
              fewer.remove(info);
              return fewer.isEmpty() ? null : Set.copyOf(fewer);
            });
    if (info.localOnly()) {
      promise.succeed();
      localChanged(address);
    } else {
      engine.removeRegistration(address, info, promise);
    }
  }

  private static void add(
      Map<String, Set<RegistrationInfo>> map, String address, RegistrationInfo info) {
    map.compute(
        address,
        (key, infos) -> {
          if (infos == null) {
            return Set.of(info);
          }
          Set<RegistrationInfo> more = new HashSet<>(infos);
          more.add(info);
          return Set.copyOf(more);
        });
  }

  private void localChanged(String address) {
    if (vertx.wantsUpdatesFor(address)) {
      refresh(address);
    }
  }

  @Override
  public void registrationListener(RegistrationListener listener) {
    vertx = listener;
    engine.registrationListener(
        new RegistrationListener() {
          @Override
          public void registrationsUpdated(RegistrationUpdateEvent event) {
            tell(event.address(), withLocal(event.address(), ofMembers(event.registrations())));
          }

          @Override
          public void registrationsLost() {
            listener.registrationsLost();
            refresh();
          }

          @Override
          public boolean wantsUpdatesFor(String address) {
            return listener.wantsUpdatesFor(address);
          }
        });
  }

  @Override
  public void init(Vertx vertx) {
    node = vertx;
    engine.init(vertx);
  }

  @Override
  public <K, V> void getAsyncMap(String name, Completable<AsyncMap<K, V>> promise) {
    engine.getAsyncMap(name, promise);
  }

  @Override
  public <K, V> Map<K, V> getSyncMap(String name) {
    return engine.getSyncMap(name);
  }

  @Override
  public void getLockWithTimeout(String name, long timeout, Completable<Lock> promise) {
    engine.getLockWithTimeout(name, timeout, promise);
  }

  @Override
  public void getCounter(String name, Completable<Counter> promise) {
    engine.getCounter(name, promise);
  }

  @Override
  public void nodeListener(NodeListener listener) {
    engine.nodeListener(listener);
  }

  @Override
  public void setNodeInfo(NodeInfo nodeInfo, Completable<Void> promise) {
    place = nodeInfo;
    putPlace().onComplete(promise);
  }

  /** Without the engine, which may let wait for it: see {@link #putPlace}. */
  @Override
  public NodeInfo getNodeInfo() {
    return place;
  }

  @Override
  public void getNodeInfo(String nodeId, Completable<NodeInfo> promise) {
    engine.getNodeInfo(nodeId, promise);
  }

  @Override
  public String getNodeId() {
    return engine.getNodeId();
  }

  @Override
  public List<String> getNodes() {
    return engine.getNodes();
  }

  @Override
  public void join(Completable<Void> promise) {
    engine.join(promise);
  }

  @Override
  public void leave(Completable<Void> promise) {
    engine.leave(promise);
  }

  @Override
  public boolean isActive() {
    return engine.isActive();
  }

  @Override
  public String clusterHost() {
    return engine.clusterHost();
  }

  @Override
  public String clusterPublicHost() {
    return engine.clusterPublicHost();
  }
}
