package io.mycelium.journal.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The prepared statements of one connection, each prepared once and closed with the connection.
 * Statements with varying text evict each other. On the writer's thread.
 */
final class Statements {
  private static final int MAX = 64;

  private final Connection connection;
  private final Map<String, PreparedStatement> prepared = new LinkedHashMap<>(MAX, 0.75f, true);

  Statements(Connection connection) {
    this.connection = connection;
  }

  Connection connection() {
    return connection;
  }

  /** The statement with an empty batch. */
  PreparedStatement get(String sql) throws SQLException {
    PreparedStatement statement = prepared.get(sql);
    if (statement == null) {
      makeRoom();
      statement = connection.prepareStatement(sql);
      prepared.put(sql, statement);
    }
    return statement;
  }

  private void makeRoom() throws SQLException {
    if (prepared.size() == MAX) {
      String eldest = prepared.keySet().iterator().next();
      prepared.remove(eldest).close();
    }
  }
}
