package io.mycelium.limits;

import io.mycelium.access.Identity;
import io.mycelium.access.Tenant;
import io.mycelium.protocol.Refusal;

/**
 * One connection's share of the node's limits: its place, and its part in the counts of its
 * address, user, tenant and instance. Held from before the upgrade until the socket is closed.
 */
public final class Seat {
  private final Places places;
  private Counts.Tally address;
  private Counts.Tally user;
  private Counts.Tally tenant;
  private Counts.Tally instance;

  public Seat(Places places) {
    this.places = places;
  }

  /** Takes the place and the counts. Returns a refusal if a limit is reached, else null. */
  public Refusal take(Identity identity, String from, String instanceId) {
    Refusal refusal = places.take();
    if (refusal != null) {
      return refusal;
    }
    refusal = takeShares(identity, from);
    if (refusal != null) {
      free();
    } else if (places.limits().countsInstances()) {
      instance = places.instances().take(instanceId, 0);
    }
    return refusal;
  }

  private Refusal takeShares(Identity identity, String from) {
    LimitsConfig limits = places.limits();
    int perAddress = limits.maxConnectionsPerAddress();
    if (perAddress > 0) {
      address = places.addresses().take(from, perAddress);
      if (address == null) {
        return Places.full(from + " has its limits.max_connections_per_address of " + perAddress);
      }
    }
    Tenant whose = identity.tenant();
    int perUser = limits.maxConnectionsPerUser();
    if (identity.userId() != null && (perUser > 0 || limits.countsUsers())) {
      // No name of a tenant contains a slash.
      String key = (whose == null ? "" : whose.name()) + '/' + identity.userId();
      user = places.users().take(key, perUser);
      if (user == null) {
        return Places.full(
            "user " + identity.userId() + " has its limits.max_connections_per_user of " + perUser);
      }
    }
    if (whose != null && whose.maxConnections() > 0) {
      tenant = places.tenants().take(whose.name(), whose.maxConnections());
      if (tenant == null) {
        return Places.full(
            "tenant " + whose.name() + " has its max_connections of " + whose.maxConnections());
      }
    }
    return null;
  }

  /** Gives everything back; to be called once. */
  public void free() {
    places.free();
    free(address);
    free(user);
    free(tenant);
    free(instance);
  }

  private static void free(Counts.Tally tally) {
    if (tally != null) {
      tally.free();
    }
  }

  /** Whether messages are counted by user or instance. */
  public boolean hasRates() {
    return user != null && user.hasRate() || instance != null && instance.hasRate();
  }

  /**
   * Counts a message for the user and the instance. Returns 0, or, if a rate is exceeded, the
   * milliseconds to wait.
   */
  public long retryAfterMs(long now, int length) {
    long wait = user == null ? 0 : user.take(now, length);
    return wait > 0 || instance == null ? wait : instance.take(now, length);
  }

  /** Names the exceeded rate after {@link #retryAfterMs} was not 0. */
  public String overRate() {
    return "with others of its user or instance more than limits.max_user_messages_per_second,"
        + " limits.max_user_bytes_per_second, or the same of the instance";
  }
}
