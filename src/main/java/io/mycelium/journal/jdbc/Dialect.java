package io.mycelium.journal.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The differences between the two databases. */
enum Dialect {
  SQLITE("sqlite") {
    @Override
    void onOpen(Connection connection) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA journal_mode=WAL");
        statement.execute("PRAGMA synchronous=FULL");
        statement.execute("PRAGMA wal_autocheckpoint=4000");
        statement.execute("PRAGMA temp_store=MEMORY");
        statement.execute("PRAGMA cache_size=-16384");
      }
    }

    /** A power failure may lose an asynchronous commit, the end of the process may not. */
    @Override
    void commitsAre(Connection connection, boolean sync) throws SQLException {
      boolean autoCommit = connection.getAutoCommit();
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA synchronous=" + (sync ? "FULL" : "NORMAL"));
      } finally {
        connection.setAutoCommit(autoCommit);
      }
    }

    @Override
    Map<String, Long> generations(Statements statements, Collection<String> ids)
        throws SQLException {
      Map<String, Long> found = new HashMap<>();
      PreparedStatement select = statements.get("SELECT generation FROM instances WHERE id = ?");
      for (String id : ids) {
        select.setString(1, id);
        try (ResultSet row = select.executeQuery()) {
          if (row.next()) {
            found.put(id, row.getLong(1));
          }
        }
      }
      return found;
    }
  },

  POSTGRESQL("postgresql") {
    @Override
    void onOpen(Connection connection) {}

    @Override
    void commitsAre(Connection connection, boolean sync) throws SQLException {
      try (Statement statement = connection.createStatement()) {
        statement.execute("SET SESSION synchronous_commit TO " + (sync ? "DEFAULT" : "off"));
      }
    }

    /** Locks the rows, so that no other node raises a generation before the commit. */
    @Override
    Map<String, Long> generations(Statements statements, Collection<String> ids)
        throws SQLException {
      Map<String, Long> found = new HashMap<>();
      Array array = statements.connection().createArrayOf("text", ids.toArray());
      PreparedStatement select =
          statements.get(
              "SELECT id, generation FROM instances WHERE id = ANY(?) ORDER BY id FOR UPDATE");
      select.setArray(1, array);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.put(row.getString(1), row.getLong(2));
        }
      }
      return found;
    }
  };

  /**
   * Whether commits are stored in the order of arrival ({@link UnsortedEntries}), which requires
   * that the file's one process has all of them in memory too.
   */
  boolean sortsLater() {
    return this == SQLITE;
  }

  private final String folder;

  Dialect(String folder) {
    this.folder = folder;
  }

  static Dialect of(String url) {
    return url.startsWith("jdbc:sqlite:") ? SQLITE : POSTGRESQL;
  }

  /** Class path folder of the migrations. */
  String migrations() {
    return "classpath:db/migration/" + folder;
  }

  /** Settings of a new connection. */
  abstract void onOpen(Connection connection) throws SQLException;

  /** Sets whether the following commits survive a power failure. */
  abstract void commitsAre(Connection connection, boolean sync) throws SQLException;

  /** The generations of these instances, if they are registered. */
  abstract Map<String, Long> generations(Statements statements, Collection<String> ids)
      throws SQLException;
}
