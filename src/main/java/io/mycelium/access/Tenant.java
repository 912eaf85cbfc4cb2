package io.mycelium.access;

/**
 * Whose tokens reach the instances of one prefix, and no other.
 *
 * @param name as configured in {@code access.tenants}
 * @param prefix with which the ids of all its instances begin; never empty
 * @param maxInstances that it may have at a time; 0: no limit of its own
 * @param maxConnections likewise, for each node
 * @param createsPerSecond instances; likewise
 */
public record Tenant(
    String name, String prefix, int maxInstances, int maxConnections, int createsPerSecond) {

  /** Without limits of its own. */
  public Tenant(String name, String prefix) {
    this(name, prefix, 0, 0, 0);
  }
}
