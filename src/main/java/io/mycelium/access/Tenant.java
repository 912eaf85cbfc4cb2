package io.mycelium.access;

/**
 * A tenant, whose tokens reach only the instances with the tenant's prefix.
 *
 * @param name as configured in {@code access.tenants}
 * @param prefix beginning of the ids of all its instances; never empty
 * @param maxInstances largest number of its instances; 0: no limit of its own
 * @param maxConnections largest number of its connections, on each node; 0: no limit of its own
 * @param createsPerSecond instances that it may create in a second; 0: no limit of its own
 */
public record Tenant(
    String name, String prefix, int maxInstances, int maxConnections, int createsPerSecond) {

  /** A tenant without limits of its own. */
  public Tenant(String name, String prefix) {
    this(name, prefix, 0, 0, 0);
  }
}
