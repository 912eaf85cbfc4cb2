package io.mycelium.journal.jdbc;

import io.mycelium.journal.Fenced;
import io.mycelium.journal.Sharing;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;

/** As which node of a cluster this store writes. */
final class Ownership {
  /**
   * A dead owner must not keep its rows locked for much longer than its lease: the database ends
   * sessions whose client is gone, or stands still within a transaction. Settings that this version
   * or system of PostgreSQL does not have are left out.
   */
  private static final String SETTINGS =
      "SELECT set_config(s.name, s.value, false) FROM (VALUES"
          + " ('lock_timeout', '2s'), ('idle_in_transaction_session_timeout', '2s'),"
          + " ('tcp_keepalives_idle', '1'), ('tcp_keepalives_interval', '1'),"
          + " ('tcp_keepalives_count', '2'), ('tcp_user_timeout', '3s'),"
          + " ('client_connection_check_interval', '1s')) s (name, value)"
          + " JOIN pg_settings p ON p.name = s.name"
          + " WHERE s.name <> 'client_connection_check_interval' OR version() LIKE '%linux%'";

  private final Sharing sharing;
  private volatile String me;

  Ownership(Sharing sharing) {
    this.sharing = sharing;
  }

  Sharing sharing() {
    return sharing;
  }

  /** Id of this node; null if it has no lease. */
  String me() {
    return me;
  }

  /**
   * Id of this node.
   *
   * @throws Fenced if it has no lease
   */
  String member() throws Fenced {
    String id = me;
    if (id == null) {
      throw Fenced.byOwner(null, null, null);
    }
    return id;
  }

  synchronized void joined(String id) {
    me = id;
  }

  /** Unless this node has joined under another id meanwhile. */
  synchronized void left(String id) {
    if (id.equals(me)) {
      me = null;
    }
  }

  /** Null if the transaction is to be rolled back and begun again. */
  Generations generations(Statements statements, Collection<String> ids) throws SQLException {
    return OwnedGenerations.of(me, statements, ids);
  }

  /** Settings of a session that writes. */
  static void settle(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.executeQuery(SETTINGS).close();
    }
  }
}
