package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.instance;

import io.mycelium.journal.Claim;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.NodeStore.Node;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Stores of several nodes on one real PostgreSQL, with nothing in it. */
final class Cluster implements AutoCloseable {
  static final Sharing SHARING = new Sharing(Duration.ofSeconds(2), Duration.ofSeconds(10));

  private final String url = Postgres.shared().newDatabase();
  private final List<Store> stores = new ArrayList<>();

  String url() {
    return url;
  }

  /** A store that has not joined. */
  Store open() {
    Store store = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, SHARING);
    stores.add(store);
    return store;
  }

  Store join(String id) {
    Store store = open();
    join(store, id);
    return store;
  }

  static void join(Store store, String id) {
    await(store.nodes().join(node(id), NodeStore.Load.NONE));
  }

  static Node node(String id) {
    return new Node(id, "pod of " + id, "127.0.0.1", 7000);
  }

  /** A new instance of this node; its first generation. */
  static long create(Store store, String id) {
    await(store.instances().create(instance(id)));
    return Claim.nextTerm(0);
  }

  /** Ends a node's lease as if it had been silent. */
  void kill(String node) throws SQLException {
    execute("DELETE FROM nodes WHERE id = '" + node + "'");
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(url);
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  long number(String select) throws SQLException {
    return Long.parseLong(text(select));
  }

  /** Returns once so many sessions wait for a lock. */
  void awaitWaiting(int sessions) {
    Load.await(sessions + " sessions that wait for a lock", () -> waiting() == sessions);
  }

  private long waiting() {
    try {
      return number(
          "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
              + " AND wait_event_type = 'Lock'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  String text(String select) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(select)) {
      row.next();
      return row.getString(1);
    }
  }

  @Override
  public void close() {
    stores.forEach(store -> await(store.close()));
  }
}
