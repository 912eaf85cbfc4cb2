package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with very many instances starts as fast as an empty one. */
@Quiet
class ManyInstancesTest {
  private static final int INSTANCES = 100_000;
  private static final long READY_MS = 3000;

  @TempDir private Path folder;

  private static InstanceStore.Registered instance(int i) {
    String id = "i" + i;
    JsonObject spec =
        new JsonObject()
            .put("id", id)
            .put("type", "accumulative")
            .put("rooms", new JsonObject("{\"r\":{}}"));
    return new InstanceStore.Registered(
        id, id, "accumulative", spec.encode(), 1000, 1, false, null);
  }

  /**
   * Measures from opening the database to the node's first answer: the rest of the start-up, the
   * JVM and the configuration, does not depend on the instances.
   */
  @Test
  void aHundredThousandInstancesAreThereInLessThanThreeSeconds() {
    JournalConfig d = JournalConfig.DEFAULT;
    JournalConfig config =
        new JournalConfig(
            "jdbc:sqlite:" + folder.resolve("m.db"),
            "",
            "",
            d.flushInterval(),
            d.maxQueuedBytes(),
            d.snapshotEvery(),
            d.pushOnceWindow(),
            d.maxEntriesPerRoom(),
            d.maxBytesPerRoom(),
            d.maxResumeEntries());
    Store store = JdbcStore.open(config, JournalMeters.NONE);
    Future<Boolean> made = Future.succeededFuture();
    for (int i = 0; i < INSTANCES; i++) {
      made = store.instances().create(instance(i));
    }
    assertThat(TestNode.await(made)).isTrue();
    TestNode.await(store.close());

    long began = System.nanoTime();
    store = JdbcStore.open(config, JournalMeters.NONE);
    try (TestNode node = TestNode.builder().journal(config).store(store).start()) {
      JsonObject last = TestNode.await(node.directory().get("i" + (INSTANCES - 1)));
      long ms = (System.nanoTime() - began) / 1_000_000;
      Figures.log("ready with %,d instances after %d ms", INSTANCES, ms);
      assertThat(last.getString("status")).isEqualTo("idle");
      assertThat(ms).isLessThan(READY_MS);
      PhoenixSocket ada = node.connect("i77777");
      assertThat(ada.join("r").getString("status")).isEqualTo("ok");
      JsonObject running =
          TestNode.await(node.directory().list(new JsonObject().put("status", "running")));
      assertThat(running.getJsonArray("items")).hasSize(1);
      ada.close();
    }
    TestNode.await(store.close());
  }
}
