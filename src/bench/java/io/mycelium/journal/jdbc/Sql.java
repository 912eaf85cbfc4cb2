package io.mycelium.journal.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Statements of the programs that measure. */
final class Sql {
  private Sql() {}

  static void execute(Connection sql, String statement) throws SQLException {
    try (Statement any = sql.createStatement()) {
      any.execute(statement);
    }
  }

  static long number(Connection sql, String query) throws SQLException {
    try (Statement any = sql.createStatement();
        ResultSet row = any.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  static long millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }
}
