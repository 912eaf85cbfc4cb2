package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Fenced;
import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The same in a cluster, where only the owner of an instance may write to it, and only in its term.
 *
 * <p>Order of locks, of all nodes' writers: the rows of instances by id, then the locks of ids that
 * have no row, by key; whoever has these waits for nothing else. So there are no deadlocks. Only
 * who has the lock of an id, and sees no row, may insert one.
 */
final class OwnedGenerations extends Generations {
  /** Class of the advisory locks: "myce" in ASCII. */
  private static final int LOCKS = 0x6d796365;

  /** Reads the owner again if it had to wait for a claim. */
  private static final String LOCK_ROWS =
      "SELECT id, generation, owner, owner = ? AND EXISTS (SELECT FROM nodes WHERE id = ?)"
          + " FROM instances WHERE id = ANY(?) ORDER BY id FOR UPDATE";

  private static final String LOCK_OTHERS =
      "SELECT pg_advisory_xact_lock(" + LOCKS + ", k) FROM unnest(?) k";

  private static final String ANY = "SELECT count(*) FROM instances WHERE id = ANY(?)";

  private record Owner(String node, boolean isUs) {}

  private final String me;
  private final Map<String, Owner> owners;

  private OwnedGenerations(String me, Map<String, Long> known, Map<String, Owner> owners) {
    super(known);
    this.me = me;
    this.owners = owners;
  }

  /**
   * Locks what is known of these instances until the end of the transaction.
   *
   * @param me id of this node; null if it has no lease
   * @return null if an instance came into being meanwhile, whose row would be locked out of order
   */
  static OwnedGenerations of(String me, Statements statements, Collection<String> ids)
      throws SQLException {
    Map<String, Long> known = new HashMap<>();
    Map<String, Owner> owners = new HashMap<>();
    PreparedStatement select = statements.get(LOCK_ROWS);
    Array array = statements.connection().createArrayOf("text", ids.toArray());
    select.setString(1, me);
    select.setString(2, me);
    select.setArray(3, array);
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        known.put(row.getString(1), row.getLong(2));
        owners.put(row.getString(1), new Owner(row.getString(3), row.getBoolean(4)));
      }
    }
    List<String> others = ids.stream().filter(id -> !known.containsKey(id)).toList();
    return others.isEmpty() || lock(statements, others)
        ? new OwnedGenerations(me, known, owners)
        : null;
  }

  /** For new instances, those being deleted, and what belongs to none; false if one has a row. */
  private static boolean lock(Statements statements, List<String> others) throws SQLException {
    Object[] keys = others.stream().map(String::hashCode).sorted().distinct().toArray();
    PreparedStatement lock = statements.get(LOCK_OTHERS);
    lock.setArray(1, statements.connection().createArrayOf("integer", keys));
    lock.executeQuery().close();
    PreparedStatement any = statements.get(ANY);
    any.setArray(1, statements.connection().createArrayOf("text", others.toArray()));
    try (ResultSet row = any.executeQuery()) {
      row.next();
      return row.getLong(1) == 0;
    }
  }

  @Override
  void registered(String instance, long generation) {
    super.registered(instance, generation);
    owners.put(instance, new Owner(me, true));
  }

  @Override
  void unregistered(String instance) {
    super.unregistered(instance);
    owners.remove(instance);
  }

  @Override
  void enter(String instance, long generation) throws Fenced {
    Owner owner = owners.get(instance);
    if (owner != null && !owner.isUs()) {
      throw Fenced.byOwner(instance, me, owner.node());
    }
    if (owner != null && Claim.term(generation) != term(instance)) {
      throw new Fenced(
          "writer of "
              + instance
              + " is of term "
              + Claim.term(generation)
              + ", expected "
              + term(instance));
    }
    super.enter(instance, generation);
  }

  @Override
  void expectOurs(String instance) throws Fenced {
    Owner owner = owners.get(instance);
    if (owner != null && owner.node() != null && !owner.isUs()) {
      throw Fenced.byOwner(instance, me, owner.node());
    }
  }
}
