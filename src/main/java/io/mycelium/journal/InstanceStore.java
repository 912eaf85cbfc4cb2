package io.mycelium.journal;

import io.vertx.core.Future;
import java.util.List;

/**
 * The register of all instances, whether they run or not. Called from the deployer's context; the
 * futures complete on any thread.
 */
public interface InstanceStore {
  /**
   * An instance as it is registered.
   *
   * @param spec what it is made from, as JSON text; this package does not look inside
   * @param createdAt milliseconds since 1970 (UTC)
   * @param generation highest that was deployed
   * @param failed whether it stays down until it is restarted
   * @param lastError why it crashed last; null if it never did
   */
  record Registered(
      String id,
      String name,
      String type,
      String spec,
      long createdAt,
      long generation,
      boolean failed,
      String lastError) {}

  /**
   * Which ones to list; null where it does not matter.
   *
   * @param name text that the name contains, letter case aside
   */
  record Filter(String type, String name, Boolean failed) {
    public static final Filter ALL = new Filter(null, null, null);
  }

  /** Registers an instance; false if its id is taken, with nothing changed. */
  Future<Boolean> create(Registered instance);

  /** Null if there is none of that id. */
  Future<Registered> find(String id);

  /**
   * Up to {@code limit} instances in the order of their ids (by code point), behind {@code after}.
   */
  Future<List<Registered>> list(String after, int limit, Filter filter);

  /** How many there are. */
  Future<Long> count();

  /** Replaces what an instance is made from; nothing happens if it is gone. */
  Future<Void> setSpec(String id, String spec);

  /** Records that an instance failed, or runs again; likewise. */
  Future<Void> setFailed(String id, boolean failed, String lastError);

  /** Removes an instance with its rooms, entries and snapshots. */
  Future<Void> delete(String id);
}
