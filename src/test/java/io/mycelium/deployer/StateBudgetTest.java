package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.instance.InstanceMeters;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.room.StateBudget;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the node's budget has is what its rooms have, whatever became of them; on real SQLite. */
class StateBudgetTest {
  private static final int TEXT = 100_000;

  private final AtomicReference<StateBudget> budget = new AtomicReference<>();

  @TempDir private Path folder;
  private Store store;
  private TestNode node;

  @BeforeEach
  void open() {
    open(0);
  }

  private void open(int idleMs) {
    JournalConfig d = JournalConfig.DEFAULT;
    JournalConfig config =
        new JournalConfig(
            "jdbc:sqlite:" + folder.resolve("m.db"),
            "",
            "",
            Duration.ofMillis(5),
            d.maxQueuedBytes(),
            d.snapshotEvery(),
            d.pushOnceWindow(),
            d.maxEntriesPerRoom(),
            d.maxBytesPerRoom(),
            d.maxResumeEntries());
    store = JdbcStore.open(config, JournalMeters.NONE);
    node =
        TestNode.builder()
            .types(new FaultyType())
            .instanceMeters(
                new InstanceMeters() {
                  @Override
                  public void states(StateBudget all) {
                    budget.set(all);
                  }
                })
            .supervision(3, 4, 2000)
            .journal(config)
            .store(store)
            .idleTimeout(idleMs)
            .start();
  }

  @AfterEach
  void close() {
    node.close();
    TestNode.await(store.close());
  }

  private void fill() {
    node.create(
        "{'id':'x','type':'shared','config':{'open':true},'rooms':{'r':{},'s':{},"
            + "'f':{'type':'faulty','presence':'off'}}}");
    push("r", "a");
    push("r", "b");
    push("s", "a");
  }

  private void push(String room, String key) {
    String payload = new JsonObject().put(key, "x".repeat(TEXT)).encode();
    TestNode.await(node.directory().push("x", room, null, payload));
  }

  private long used() {
    return budget.get().used();
  }

  @Test
  void whatAProcessLeftIsCountedAgainFromTheJournal() {
    fill();
    long before = used();
    assertThat(before).isBetween(3L * TEXT, 3L * TEXT + 1000);
    node.close();
    TestNode.await(store.close());
    open(0);
    assertThat(used()).isZero();
    push("r", "b");
    assertThat(used()).isEqualTo(before);
  }

  @Test
  void aCrashAndARestartCountNothingTwice() {
    fill();
    long before = used();
    PhoenixSocket ada = node.connect("x", "vsn=2.0.0&userId=ada");
    ada.join("f");
    ada.send("['1','2','f','push',{'throw':'poison'}]");
    node.awaitInstance("x", row -> row.getInteger("restarts") == 1);
    push("r", "b");
    assertThat(used()).isEqualTo(before);
    TestNode.await(node.directory().restart("x"));
    assertThat(used()).isEqualTo(before);
    assertThat(budget.get().kept()).isBetween(4L * TEXT, 4L * TEXT + 5000);
  }

  @Test
  void aRoomAndAnInstanceGiveBackWhatTheyHad() {
    fill();
    TestNode.await(node.directory().deleteRoom("x", "r"));
    assertThat(used()).isBetween((long) TEXT, TEXT + 1000L);
    TestNode.await(node.directory().delete("x"));
    assertThat(used()).isZero();
    assertThat(budget.get().kept()).isZero();
  }

  @Test
  void whatSleepsTakesNothingUntilItWakes() {
    node.close();
    TestNode.await(store.close());
    open(200);
    fill();
    node.await(this::used, used -> used == 0);
    push("s", "a");
    assertThat(used()).isBetween(3L * TEXT, 3L * TEXT + 1000);
  }
}
