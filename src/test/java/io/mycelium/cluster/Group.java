package io.mycelium.cluster;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Nodes for tests without an engine; Vert.x's id of a node is {@code vertx-} before its own.
 *
 * @param all ids of the other nodes
 */
record Group(String ownId, List<String> all) implements Peers {
  static Group of(String ownId, String... others) {
    return new Group(ownId, List.of(others));
  }

  static String vertx(String node) {
    return "vertx-" + node;
  }

  @Override
  public Set<String> others() {
    return new TreeSet<>(all);
  }

  @Override
  public String vertxId(String node) {
    return all.contains(node) ? vertx(node) : null;
  }

  @Override
  public Set<String> vertxIds() {
    return all.stream().map(Group::vertx).collect(Collectors.toSet());
  }
}
