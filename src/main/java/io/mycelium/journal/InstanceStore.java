package io.mycelium.journal;

import io.vertx.core.Future;
import java.util.List;

/**
 * The register of all instances, whether they run or not. Called from the deployer's context; the
 * futures complete on any thread.
 *
 * <p>In a cluster, changes of an instance that another node owns fail with {@link Fenced}.
 */
public interface InstanceStore {
  /**
   * An instance as it is registered.
   *
   * @param spec the instance's definition, as JSON text; opaque to this package
   * @param createdAt milliseconds since 1970 (UTC)
   * @param generation highest generation that was deployed
   * @param failed whether it stays down until it is restarted
   * @param lastError cause of the last crash; null if there was none
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
   * Which instances to list; a null component matches all.
   *
   * @param name text that the name contains, ignoring case
   */
  record Filter(String type, String name, Boolean failed) {
    public static final Filter ALL = new Filter(null, null, null);
  }

  /**
   * Registers an instance; false if its id is taken, with nothing changed. In a cluster this node
   * owns it, its generation becomes the {@linkplain Claim#nextTerm next term's}, and an id whose
   * deletion by another node is not complete counts as taken.
   */
  Future<Boolean> create(Registered instance);

  /** Null if there is no instance with this id. */
  Future<Registered> find(String id);

  /**
   * Up to {@code limit} instances in the order of their ids (by code point), after {@code after}.
   */
  Future<List<Registered>> list(String after, int limit, Filter filter);

  /** The number of instances. */
  Future<Long> count();

  /** Replaces an instance's definition; does nothing if the instance is gone. */
  Future<Void> setSpec(String id, String spec);

  /** Records that an instance failed, or runs again; does nothing if the instance is gone. */
  Future<Void> setFailed(String id, boolean failed, String lastError);

  /** Removes an instance with its rooms, entries and snapshots. */
  Future<Void> delete(String id);
}
