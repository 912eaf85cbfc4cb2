package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreException;
import io.mycelium.journal.memory.MemoryStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may open a store at the same time as others. */
class SharedStoreTest {
  private final Cluster cluster = new Cluster();

  @TempDir Path folder;

  @AfterEach
  void close() {
    cluster.close();
  }

  private static Store openShared(JournalConfig config) {
    Database database = new Database(config, Duration.ofMillis(300), true);
    return JdbcStore.open(
        database, config, JournalMeters.NONE, UnsortedEntries.Limits.DEFAULT, Cluster.SHARING);
  }

  @Test
  void aServerThatIsInNoClusterIsRefusedByACluster() {
    cluster.join("n1");
    cluster.join("n2");
    JournalConfig config = config(cluster.url());
    assertThatThrownBy(() -> OpeningFaultsTest.impatiently(config))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "journal.url: %s is in use by a cluster: join it with cluster.enabled, or stop all its"
                + " nodes, or give this server another database",
            config.place());
  }

  @Test
  void aNodeIsRefusedByAServerThatIsInNoCluster() {
    JournalConfig config = config(cluster.url());
    Store alone = JdbcStore.open(config, JournalMeters.NONE);
    assertThatThrownBy(() -> openShared(config))
        .isInstanceOf(StoreException.class)
        .hasMessage(
            "journal.url: %s is in use by a server that is in no cluster: stop it, or start it with"
                + " cluster.enabled too, or give this one another database",
            config.place());
    await(alone.close());
    await(openShared(config).close());
  }

  /** What one node wrote is a cluster's later, and the other way round. */
  @Test
  void aStoreGoesFromOneNodeToAClusterAndBack() {
    Store alone = JdbcStore.open(config(cluster.url()), JournalMeters.NONE);
    await(alone.instances().create(instance("i")));
    await(alone.journal().append("i", 3, appends("lobby", "e", 1, 2)));
    await(alone.close());
    Store node = cluster.join("n1");
    assertThat(await(node.nodes().owner("i")).owner()).isNull();
    long generation = await(node.nodes().claim("i")).generation();
    await(node.journal().append("i", generation + 1, appends("lobby", "e", 3, 4)));
    cluster.close();
    alone = JdbcStore.open(config(cluster.url()), JournalMeters.NONE);
    long last = await(alone.instances().find("i")).generation();
    await(alone.journal().append("i", last + 1, appends("lobby", "e", 5, 5)));
    assertThat(await(alone.journal().rooms("i")).get("lobby").last()).isEqualTo(5);
    await(alone.close());
  }

  @Test
  void aClusterOnSqliteIsRefused() {
    JournalConfig config = config("jdbc:sqlite:" + folder.resolve("mycelium.db"));
    assertThatThrownBy(() -> openShared(config))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("expected jdbc:postgresql://HOST/DATABASE with cluster.enabled");
    Store sqlite = JdbcStore.open(config, JournalMeters.NONE);
    for (Store store : new Store[] {sqlite, new MemoryStore(config("memory:"))}) {
      assertThatThrownBy(store::nodes).isInstanceOf(UnsupportedOperationException.class);
    }
    await(sqlite.close());
  }

  @Test
  void theWritersSessionDoesNotOutliveItsNode() throws SQLException {
    Store node = cluster.join("n1");
    Cluster.create(node, "i");
    try (Connection connection = cluster.connect();
        Statement statement = connection.createStatement()) {
      Ownership.settle(connection);
      for (String[] setting :
          new String[][] {
            {"lock_timeout", "2s"},
            {"idle_in_transaction_session_timeout", "2s"},
            {"tcp_keepalives_idle", "1"},
            {"tcp_user_timeout", "3000"},
            {"client_connection_check_interval", "1s"}
          }) {
        try (ResultSet row = statement.executeQuery("SHOW " + setting[0])) {
          row.next();
          assertThat(row.getString(1)).as(setting[0]).isEqualTo(setting[1]);
        }
      }
    }
    assertThat(
            cluster.number(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock'"
                    + " AND granted AND database = (SELECT oid FROM pg_database"
                    + " WHERE datname = current_database())"))
        .isEqualTo(1);
  }

  @Test
  void onOneNodeNothingOfAClusterIsWrittenOrLocked() throws SQLException {
    Store alone = JdbcStore.open(config(cluster.url()), JournalMeters.NONE);
    await(alone.instances().create(instance("i")));
    await(alone.journal().append("i", 1, appends("lobby", "e", 1, 5)));
    assertThat(cluster.number("SELECT count(*) FROM entries WHERE link IS NULL")).isEqualTo(5);
    assertThat(cluster.number("SELECT count(*) FROM instances WHERE owner IS NULL")).isEqualTo(1);
    assertThat(cluster.number("SELECT generation FROM instances")).isEqualTo(1);
    assertThatThrownBy(alone::nodes).isInstanceOf(UnsupportedOperationException.class);
    await(alone.close());
  }
}
