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
 * dearer: the newest entries of each room are looked through, backwards for as long as a link may
 * wait. An entry's time is compared with times of the same term only, so of one node's clock: where
 * a term begins within that time, the search goes on before it, with the clock of that owner.
 */
final class AppliedCommands {
  /** So often may owners die while a link waits, and one more. */
  private static final int TERMS = 4;

  private static final String TERM = ".generation >> " + Claim.RESTART_BITS;

  private static final String NEWEST = "SELECT x.seq, x.at, x.generation FROM entries x";

  /** Of each room the last entry, then the next one back that is too old or of another term. */
  private static final String STEPS =
      "SELECT r.room, n.seq, n.at, n"
          + TERM
          + " AS term, 0 AS depth, false AS too_old FROM rooms r CROSS JOIN LATERAL ("
          + NEWEST
          + " WHERE x.instance = r.instance AND x.room = r.room ORDER BY x.seq DESC LIMIT 1) n"
          + " WHERE r.instance = ? UNION ALL SELECT s.room, o.seq, o.at, o"
          + TERM
          + ", s.depth + 1, o"
          + TERM
          + " = s.term FROM steps s CROSS JOIN LATERAL ("
          + NEWEST
          + " WHERE x.instance = ? AND x.room = s.room AND x.seq < s.seq AND (x.at < s.at - ? OR x"
          + TERM
          + " <> s.term) ORDER BY x.seq DESC LIMIT 1) o WHERE s.depth < "
          + TERMS
          + " AND NOT s.too_old";

  /**
   * Computes the bounds first, and then reads each room's range by its key: the planner would read
   * whole histories otherwise. Parameters: instance, instance, milliseconds, instance, link,
   * number.
   */
  private static final String SELECT =
      "WITH RECURSIVE steps AS ("
          + STEPS
          + "), bounds AS MATERIALIZED (SELECT room, max(seq) AS high, (array_agg("
          + "CASE WHEN too_old OR depth = "
          + TERMS
          + " THEN seq ELSE 0 END ORDER BY depth DESC))[1] AS low FROM steps GROUP BY room)"
          + " SELECT e.number, e.room, e.seq FROM bounds b CROSS JOIN LATERAL ("
          + "SELECT x.number, x.room, x.seq FROM entries x WHERE x.instance = ?"
          + " AND x.room = b.room AND x.seq > b.low AND x.seq <= b.high"
          + " AND x.link = ? AND x.number > ? OFFSET 0) e ORDER BY e.number, e.room, e.seq";

  private AppliedCommands() {}

  /**
   * In the order of their numbers.
   *
   * @param window how many milliseconds before a room's last entry are looked at
   */
  static List<Applied> of(
      Connection connection, String instance, String link, long after, long window)
      throws SQLException {
    List<Applied> found = new ArrayList<>();
    try (PreparedStatement select = connection.prepareStatement(SELECT)) {
      select.setString(1, instance);
      select.setString(2, instance);
      select.setLong(3, window);
      select.setString(4, instance);
      select.setString(5, link);
      select.setLong(6, after);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(new Applied(row.getLong(1), row.getString(2), row.getLong(3)));
        }
      }
    }
    return found;
  }
}
