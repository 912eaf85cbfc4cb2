package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.NodeStore.Applied;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the entries that a link's commands made. No index has them, since it would make each entry
 * dearer: the newest entries of each room are looked through, backwards from its last entry of each
 * term for as long as a link may wait. An entry's time is compared with times of the same term
 * only, so with those of one node's clock.
 */
final class AppliedCommands {
  /** Terms before the present one: so often may owners die while a link waits. */
  private static final int TERMS = 3;

  private static final String TERM = "(i.generation >> " + Claim.RESTART_BITS + ") - back.terms";

  /** Parameters: milliseconds, link, number, instance. */
  private static final String SELECT =
      "SELECT DISTINCT e.number, e.room, e.seq FROM instances i JOIN rooms r ON r.instance = i.id"
          + " CROSS JOIN generate_series(0, "
          + TERMS
          + ") AS back (terms)"
          + " CROSS JOIN LATERAL (SELECT n.seq, n.at, n.generation FROM entries n"
          + " WHERE n.instance = i.id AND n.room = r.room AND n.generation < ("
          + TERM
          + " + 1) << "
          + Claim.RESTART_BITS
          + " ORDER BY n.seq DESC LIMIT 1) AS newest"
          + " CROSS JOIN LATERAL (SELECT coalesce((SELECT o.seq FROM entries o"
          + " WHERE o.instance = i.id AND o.room = r.room AND o.seq <= newest.seq"
          + " AND o.at < newest.at - ? ORDER BY o.seq DESC LIMIT 1), 0) AS seq) AS old"
          + " JOIN entries e ON e.instance = i.id AND e.room = r.room"
          + " AND e.seq > old.seq AND e.seq <= newest.seq AND e.link = ? AND e.number > ?"
          + " WHERE i.id = ? AND (back.terms = "
          + TERMS
          + " OR newest.generation >> "
          + Claim.RESTART_BITS
          + " = "
          + TERM
          + ") ORDER BY e.number, e.room, e.seq";

  private AppliedCommands() {}

  /**
   * In the order of their numbers.
   *
   * @param window how many milliseconds before the last entry of a term are looked at
   */
  static List<Applied> of(
      Connection connection, String instance, String link, long after, long window)
      throws SQLException {
    List<Applied> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setLong(1, window);
      select.setString(2, link);
      select.setLong(3, after);
      select.setString(4, instance);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(new Applied(row.getLong(1), row.getString(2), row.getLong(3)));
        }
      }
    }
    return found;
  }
}
