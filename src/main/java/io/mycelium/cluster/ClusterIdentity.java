package io.mycelium.cluster;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What all nodes of a cluster have in common; a node that differs is refused.
 *
 * @param name of the cluster, {@link ClusterConfig#name}
 * @param schema version of the store and of what goes over the bus
 * @param store what tells one database from another
 */
public record ClusterIdentity(String name, String schema, String store) {
  private static final String NAME = "mycelium.name";
  private static final String SCHEMA = "mycelium.schema";
  private static final String STORE = "mycelium.store";

  Map<String, String> attributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put(NAME, name);
    attributes.put(SCHEMA, schema);
    attributes.put(STORE, store);
    return attributes;
  }

  static ClusterIdentity of(Map<String, String> attributes) {
    return new ClusterIdentity(attributes.get(NAME), attributes.get(SCHEMA), attributes.get(STORE));
  }

  /**
   * Why this node does not belong to the other's cluster; null if it does.
   *
   * @param where the other is
   */
  String refusal(ClusterIdentity other, String where) {
    if (!name.equals(other.name)) {
      return "cluster.name is "
          + name
          + ", expected "
          + other.name
          + ", the name of the cluster at "
          + where
          + " (or cluster.members of another cluster)";
    }
    if (!schema.equals(other.schema)) {
      return "the schema of this node is "
          + schema
          + ", expected "
          + other.schema
          + ", that of the cluster at "
          + where
          + ": run the same version of Mycelium on each node";
    }
    if (!store.equals(other.store)) {
      return "journal.url leads to the store "
          + store
          + ", expected "
          + other.store
          + ", the one of the cluster at "
          + where
          + ": all nodes need the same database";
    }
    return null;
  }
}
