package io.mycelium.bus;

import io.vertx.core.Vertx;
import io.vertx.core.shareddata.Shareable;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Ids of the instances that this node has in memory: it takes their commands. Any thread. */
public final class Residents implements Shareable {
  private static final String NAME = "mycelium.residents";

  private final Set<String> ids = ConcurrentHashMap.newKeySet();
  private final List<Consumer<String>> leaving = new CopyOnWriteArrayList<>();

  private Residents() {}

  /** The one of that Vert.x. */
  public static Residents of(Vertx vertx) {
    return vertx
        .sharedData()
        .<String, Residents>getLocalMap(NAME)
        .computeIfAbsent(NAME, ignored -> new Residents());
  }

  /** The deployer has the instance. */
  public void add(String instance) {
    ids.add(instance);
  }

  /** The deployer has it no longer. */
  public void remove(String instance) {
    if (ids.remove(instance)) {
      leaving.forEach(listener -> listener.accept(instance));
    }
  }

  public boolean has(String instance) {
    return ids.contains(instance);
  }

  /** All of them now. */
  public List<String> ids() {
    return List.copyOf(ids);
  }

  public int size() {
    return ids.size();
  }

  /** Is told of each instance that leaves memory, on the deployer's thread. */
  public void onLeaving(Consumer<String> listener) {
    leaving.add(listener);
  }
}
