package io.mycelium.access;

/**
 * Whose tokens reach the instances of one prefix, and no other.
 *
 * @param name as configured in {@code access.tenants}
 * @param prefix with which the ids of all its instances begin; never empty
 */
public record Tenant(String name, String prefix) {}
