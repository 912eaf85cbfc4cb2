package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Claim;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.mycelium.testing.Relay;
import io.vertx.core.Future;
import java.net.URI;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node writes first to instances that it took over, on a real PostgreSQL. */
class FirstEntriesTest {
  private static final int INSTANCES = 200;

  private final Cluster cluster = new Cluster();

  @AfterEach
  void close() {
    cluster.close();
  }

  private static List<String> ids() {
    return IntStream.range(0, INSTANCES).mapToObj(i -> "i" + i).toList();
  }

  private static Future<Void> append(Store store, String id, long generation, int seq) {
    return store.journal().append(id, generation, appends("lobby", "epoch of " + id, seq, seq));
  }

  /** One question each for so many rooms took most of a failover's time. */
  @Test
  void aTransactionOfManyRoomsDoesNotAskForEach() throws SQLException {
    Store first = cluster.join("n1");
    for (String id : ids()) {
      await(append(first, id, Cluster.create(first, id), 1));
    }
    cluster.kill("n1");
    int port = URI.create(cluster.url().substring("jdbc:".length())).getPort();
    try (Relay way = new Relay("127.0.0.1", port)) {
      String url = cluster.url().replace(":" + port + "/", ":" + way.port() + "/");
      Store second = JdbcStore.open(StoreRig.config(url), JournalMeters.NONE, Cluster.SHARING);
      Cluster.join(second, "n2");
      assertThat(await(second.nodes().claim(ids()))).hasSize(INSTANCES);
      long generation = Claim.nextTerm(Claim.nextTerm(0));
      List<Future<Void>> gathered;
      long before;
      try (Connection other = cluster.connect();
          Statement statement = other.createStatement()) {
        other.setAutoCommit(false);
        statement.execute("SELECT FROM instances WHERE id = 'i0' FOR UPDATE");
        Future<Void> held = append(second, "i0", generation, 2);
        cluster.awaitWaiting(1);
        before = way.requests();
        gathered = ids().stream().skip(1).map(id -> append(second, id, generation, 2)).toList();
        other.commit();
        await(held);
      }
      await(Future.all(gathered));
      assertThat(way.requests() - before).as("requests to the database").isLessThan(INSTANCES / 2);
      assertThat(cluster.number("SELECT count(*) FROM entries WHERE seq = 2")).isEqualTo(INSTANCES);
      await(second.close());
    }
  }
}
