package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Claim;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connection string with two hosts, of which one can be written to. */
class TwoHostsTest {
  private static int unusedPort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @ParameterizedTest
  @CsvSource({"&targetServerType=primary", "''"})
  void theHostThatIsThereIsUsed(String parameter) throws IOException {
    String url = Postgres.shared().newDatabase();
    String two = url.replace("//", "//127.0.0.1:" + unusedPort() + ",") + parameter;
    Store store = JdbcStore.open(config(two), JournalMeters.NONE);
    await(store.instances().create(StoreRig.instance("i")));
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 3)));
    await(store.close());
    store = JdbcStore.open(config(url), JournalMeters.NONE);
    assertThat(seqs(await(store.journal().read("i", "lobby", 0, 9)).entries()))
        .isEqualTo(range(1, 3));
    await(store.close());
  }

  @Test
  void ofSeveralHostsThePrimaryIsAskedForUnlessTheUrlSaysOtherwise() {
    assertThat(url("jdbc:postgresql://a,b/mycelium"))
        .endsWith("&targetServerType=primary&hostRecheckSeconds=1");
    assertThat(url("jdbc:postgresql://a,b/mycelium?targetServerType=any"))
        .contains("?targetServerType=any&")
        .endsWith("&hostRecheckSeconds=1");
    assertThat(url("jdbc:postgresql://a/mycelium"))
        .isEqualTo(
            "jdbc:postgresql://a/mycelium?reWriteBatchedInserts=true&connectTimeout=3"
                + "&socketTimeout=15");
  }

  private static String url(String url) {
    JournalConfig config = config(url);
    return new Database(config, Duration.ZERO, false).url();
  }

  /** Its standby has each commit before that is answered, and is made the primary by hand. */
  @Test
  void whenTheStandbyTakesOverNothingIsLostOrDoubledAndLeasesGoOn() {
    try (Postgres primary = Postgres.start();
        Postgres standby = primary.standby()) {
      String url = Postgres.withSecondHost(primary.newDatabase(), standby);
      Store store = JdbcStore.open(config(url), JournalMeters.NONE, Cluster.SHARING);
      Cluster.join(store, "n1");
      try (Load load = new Load(store, Claim.nextTerm(0))) {
        primary.kill();
        Load.await("refusal", () -> store.journal().refusal() != null);
        standby.sql("SELECT pg_promote()");
        Load.await("end of the refusal", () -> store.journal().refusal() == null);
        load.awaitMore();
        load.assertAllIsKept();
        Load.await("renewal", () -> renewed(store));
      } finally {
        await(store.close());
      }
    }
  }

  private static boolean renewed(Store store) {
    return await(store.nodes().renew(NodeStore.Load.NONE).otherwise(false));
  }
}
