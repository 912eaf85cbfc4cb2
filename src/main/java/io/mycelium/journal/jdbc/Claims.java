package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.InstanceStore.Registered;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The owners of instances. A claim locks the rows first and decides in a second statement, which
 * sees every lease that there is by then.
 */
final class Claims {
  /** Parameter: this node. */
  private static final String IS_FREE =
      "(owner IS NULL OR owner = ?"
          + " OR NOT EXISTS (SELECT FROM nodes n WHERE n.id = instances.owner))";

  private static final String LOCK_ONE = "SELECT id FROM instances WHERE id = ? FOR UPDATE";

  private static final String LOCK_MANY =
      "SELECT id FROM instances WHERE id = ANY(?) AND "
          + IS_FREE
          + " ORDER BY id FOR UPDATE SKIP LOCKED";

  /** Of each room the newest snapshot counts: an older one may be of a tick that has passed. */
  private static final String LOCK_TICKING =
      "SELECT i.id FROM instances i WHERE i.owner = ? AND i.id > ? AND i.failed = 0"
          + " AND NOT EXISTS (SELECT FROM nodes WHERE id = ?)"
          + " AND EXISTS (SELECT FROM rooms r CROSS JOIN LATERAL (SELECT s.tick_at FROM snapshots s"
          + " WHERE s.instance = r.instance AND s.room = r.room ORDER BY s.seq DESC LIMIT 1) newest"
          + " WHERE r.instance = i.id AND newest.tick_at > 0)"
          + " ORDER BY i.id LIMIT ? FOR UPDATE OF i SKIP LOCKED";

  private static final String NEXT_TERM =
      "generation = ((generation >> " + Claim.RESTART_BITS + ") + 1) << " + Claim.RESTART_BITS;

  private static final String CLAIM =
      "UPDATE instances SET owner = ?, "
          + NEXT_TERM
          + " WHERE id = ANY(?) AND "
          + IS_FREE
          + " AND EXISTS (SELECT FROM nodes n WHERE n.id = ?) RETURNING "
          + JdbcInstances.COLUMNS;

  private static final String UNFINISHED =
      "SELECT instance, room FROM deletions WHERE instance = ANY(?)";

  private static final String OWNERS =
      "SELECT i.id, n.id, i.generation FROM instances i LEFT JOIN nodes n ON n.id = i.owner"
          + " WHERE i.id = ANY(?)";

  /** Steps from owner to owner through the index, past all their instances. */
  private static final String DEAD_OWNERS =
      "WITH RECURSIVE owners (id) AS (SELECT min(owner) FROM instances WHERE owner IS NOT NULL"
          + " UNION ALL SELECT (SELECT min(i.owner) FROM instances i WHERE i.owner > o.id)"
          + " FROM owners o WHERE o.id IS NOT NULL)"
          + " SELECT id FROM owners o WHERE id IS NOT NULL"
          + " AND NOT EXISTS (SELECT FROM nodes n WHERE n.id = o.id)";

  private static final String OWNED_BY =
      "SELECT "
          + JdbcInstances.COLUMNS
          + " FROM instances WHERE owner = ? AND id > ? ORDER BY id LIMIT ?";

  private static final String OF_TERM =
      " WHERE id = ? AND owner = ? AND generation >> " + Claim.RESTART_BITS + " = ?";

  private static final String RELEASE = "UPDATE instances SET owner = NULL" + OF_TERM;

  private static final String HAND_OVER =
      "UPDATE instances SET owner = ?, "
          + NEXT_TERM
          + OF_TERM
          + " AND EXISTS (SELECT FROM nodes n WHERE n.id = ?)";

  private final Ownership ownership;

  Claims(Ownership ownership) {
    this.ownership = ownership;
  }

  /**
   * The outcome of a claim.
   *
   * @param unfinished deletions of their rooms, to be done before anything else is written
   */
  record Won(List<Registered> instances, List<Deletion> unfinished) {}

  /**
   * Waits for the row, unless another node owns the instance: that one writes to it.
   *
   * @param ifWon is told of the instance if this call made this node its owner
   * @return null if there is no such instance
   */
  Claim claim(Connection connection, String instance, Consumer<Won> ifWon)
      throws SQLException, Fenced {
    String me = ownership.member();
    Claim before = owner(connection, instance);
    if (before == null || before.owner() != null && !before.owner().equals(me)) {
      return before;
    }
    try (PreparedStatement lock = connection.prepareStatement(LOCK_ONE)) {
      lock.setString(1, instance);
      return inTransaction(
          connection,
          () -> {
            Won won = claimLocked(connection, me, lock);
            ifWon.accept(won);
            return won.instances().isEmpty()
                ? owner(connection, instance)
                : new Claim(me, won.instances().get(0).generation());
          });
    }
  }

  Won claim(Connection connection, List<String> instances) throws SQLException, Fenced {
    String me = ownership.member();
    try (PreparedStatement lock = connection.prepareStatement(LOCK_MANY)) {
      lock.setArray(1, connection.createArrayOf("text", instances.toArray()));
      lock.setString(2, me);
      return inTransaction(connection, () -> claimLocked(connection, me, lock));
    }
  }

  Won claimTicking(Connection connection, String dead, String after, int limit)
      throws SQLException, Fenced {
    String me = ownership.member();
    if (dead.equals(me)) {
      throw new IllegalArgumentException("node " + dead + " is this one, expected a dead one");
    }
    try (PreparedStatement lock = connection.prepareStatement(LOCK_TICKING)) {
      lock.setString(1, dead);
      lock.setString(2, after);
      lock.setString(3, dead);
      lock.setInt(4, limit);
      return inTransaction(connection, () -> claimLocked(connection, me, lock));
    }
  }

  private interface Work<T> {
    T run() throws SQLException, Fenced;
  }

  private static <T> T inTransaction(Connection connection, Work<T> work)
      throws SQLException, Fenced {
    connection.setAutoCommit(false);
    try {
      T result = work.run();
      connection.commit();
      return result;
    } finally {
      // Whatever is not committed is rolled back.
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  private static Won claimLocked(Connection connection, String me, PreparedStatement lock)
      throws SQLException {
    Array ids = connection.createArrayOf("text", ids(lock).toArray());
    return new Won(claim(connection, me, ids), unfinished(connection, ids));
  }

  private static List<String> ids(PreparedStatement select) throws SQLException {
    List<String> found = new ArrayList<>();
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.add(row.getString(1));
      }
    }
    return found;
  }

  private static List<Registered> claim(Connection connection, String me, Array ids)
      throws SQLException {
    try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
      claim.setString(1, me);
      claim.setArray(2, ids);
      claim.setString(3, me);
      claim.setString(4, me);
      return JdbcInstances.rows(claim);
    }
  }

  private static List<Deletion> unfinished(Connection connection, Array ids) throws SQLException {
    List<Deletion> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(UNFINISHED)) {
      select.setArray(1, ids);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(Deletion.resumed(row));
        }
      }
    }
    return found;
  }

  /** Null if there is no such instance. */
  static Claim owner(Connection connection, String instance) throws SQLException {
    return owners(connection, List.of(instance)).get(instance);
  }

  static Map<String, Claim> owners(Connection connection, List<String> instances)
      throws SQLException {
    Map<String, Claim> found = new HashMap<>();
    try (PreparedStatement select = connection.prepareStatement(OWNERS)) {
      select.setArray(1, connection.createArrayOf("text", instances.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.put(row.getString(1), new Claim(row.getString(2), row.getLong(3)));
        }
      }
    }
    return found;
  }

  static List<String> deadOwners(Connection connection) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(DEAD_OWNERS)) {
      return ids(select);
    }
  }

  static List<Registered> ownedBy(Connection connection, String node, String after, int limit)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(OWNED_BY)) {
      select.setString(1, node);
      select.setString(2, after);
      select.setInt(3, limit);
      return JdbcInstances.rows(select);
    }
  }

  boolean release(Connection connection, String instance, long generation)
      throws SQLException, Fenced {
    try (PreparedStatement update = connection.prepareStatement(RELEASE)) {
      update.setString(1, instance);
      update.setString(2, ownership.member());
      update.setLong(3, Claim.term(generation));
      return update.executeUpdate() == 1;
    }
  }

  Claim handOver(Connection connection, String instance, long generation, String to)
      throws SQLException, Fenced {
    try (PreparedStatement update = connection.prepareStatement(HAND_OVER)) {
      update.setString(1, to);
      update.setString(2, instance);
      update.setString(3, ownership.member());
      update.setLong(4, Claim.term(generation));
      update.setString(5, to);
      update.executeUpdate();
    }
    return owner(connection, instance);
  }
}
