package io.mycelium.journal.jdbc;

import io.mycelium.journal.Fenced;
import io.mycelium.journal.NodeStore.Load;
import io.mycelium.journal.NodeStore.Member;
import io.mycelium.journal.NodeStore.Node;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The rows of nodes. Each statement asks the database's clock, and commits by itself. */
final class Leases {
  /** The same node again if the answer to its first try was lost. */
  private static final String JOIN =
      "INSERT INTO nodes (instances, connections, cpu, draining, id, name, host, port, started_at,"
          + " renewed_at, since) SELECT ?, ?, ?, ?, ?, ?, ?, ?, t, t, t FROM clock_timestamp() t"
          + " ON CONFLICT (id) DO UPDATE SET renewed_at = excluded.renewed_at"
          + " WHERE (nodes.name, nodes.host, nodes.port)"
          + " = (excluded.name, excluded.host, excluded.port)";

  /** A clock that went back breaks the series, too. */
  private static final String RENEW =
      "UPDATE nodes SET instances = ?, connections = ?, cpu = ?, draining = ?, renewed_at = t,"
          + " since = CASE WHEN t - renewed_at BETWEEN interval '0' AND ? * interval '1 ms'"
          + " THEN since ELSE t END FROM clock_timestamp() t WHERE id = ?";

  private static final String LEAVE = "DELETE FROM nodes WHERE id = ?";

  /**
   * A renewal at the same time wins: the deletion waits for it, and looks again. A renewal in the
   * future was made before the clock went back.
   */
  private static final String DECLARE_DEAD =
      "DELETE FROM nodes dead USING nodes me, clock_timestamp() t WHERE dead.id = ? AND me.id = ?"
          + " AND dead.id <> me.id AND me.since <= t - ? * interval '1 ms'"
          + " AND t - me.renewed_at BETWEEN interval '0' AND ? * interval '1 ms'"
          + " AND NOT t - dead.renewed_at BETWEEN interval '0' AND ? * interval '1 ms'";

  private static final String NODES =
      "SELECT id, name, host, port, instances, connections, cpu, draining,"
          + " (extract(epoch FROM started_at) * 1000)::bigint,"
          + " (extract(epoch FROM clock_timestamp() - renewed_at) * 1000)::bigint"
          + " FROM nodes ORDER BY id";

  private final Ownership ownership;

  /** Milliseconds from one renewal to another above which the series is broken. */
  private final long gap;

  Leases(Ownership ownership) {
    this.ownership = ownership;
    this.gap = 2 * ownership.sharing().renewal().toMillis();
  }

  Void join(Connection connection, Node node, Load load) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(JOIN)) {
      set(insert, load);
      insert.setString(5, node.id());
      insert.setString(6, node.name());
      insert.setString(7, node.host());
      insert.setInt(8, node.port());
      if (insert.executeUpdate() == 0) {
        throw new IllegalStateException(
            "node id " + node.id() + " is taken by another node, expected a new one");
      }
    }
    ownership.joined(node.id());
    return null;
  }

  private static void set(PreparedStatement statement, Load load) throws SQLException {
    statement.setInt(1, load.instances());
    statement.setInt(2, load.connections());
    statement.setDouble(3, load.cpu());
    statement.setBoolean(4, load.draining());
  }

  Boolean renew(Connection connection, Load load) throws SQLException {
    String me = ownership.me();
    if (me == null) {
      return false;
    }
    try (PreparedStatement update = connection.prepareStatement(RENEW)) {
      set(update, load);
      update.setLong(5, gap);
      update.setString(6, me);
      if (update.executeUpdate() == 1) {
        return true;
      }
    }
    ownership.left(me);
    return false;
  }

  Void leave(Connection connection) throws SQLException {
    String me = ownership.me();
    if (me != null) {
      try (PreparedStatement delete = connection.prepareStatement(LEAVE)) {
        delete.setString(1, me);
        delete.executeUpdate();
      }
      ownership.left(me);
    }
    return null;
  }

  boolean declareDead(Connection connection, String id, Duration silence)
      throws SQLException, Fenced {
    try (PreparedStatement delete = connection.prepareStatement(DECLARE_DEAD)) {
      delete.setString(1, id);
      delete.setString(2, ownership.member());
      delete.setLong(3, silence.toMillis());
      delete.setLong(4, gap);
      delete.setLong(5, silence.toMillis());
      return delete.executeUpdate() == 1;
    }
  }

  static List<Member> nodes(Connection connection) throws SQLException {
    List<Member> found = new ArrayList<>();
    try (Statement select = connection.createStatement();
        ResultSet row = select.executeQuery(NODES)) {
      while (row.next()) {
        Node node = new Node(row.getString(1), row.getString(2), row.getString(3), row.getInt(4));
        Load load = new Load(row.getInt(5), row.getInt(6), row.getDouble(7), row.getBoolean(8));
        found.add(new Member(node, load, row.getLong(9), row.getLong(10)));
      }
    }
    return found;
  }
}
