package io.mycelium.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.memory.MemoryStore;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.BrittleType;
import io.mycelium.testing.CountingStore;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A read of the journal is preceded by a fence, which is a write, only where something may wait.
 */
class FlushTest {
  private static final int IN_MEMORY = 5;
  private static final int PUSHES = 20;

  private CountingStore store;
  private TestNode node;

  @BeforeEach
  void start() {
    JournalConfig all = JournalConfig.DEFAULT.inMemory();
    store = new CountingStore(new MemoryStore(all));
    node =
        TestNode.builder()
            .journal(all.inMemory(IN_MEMORY, all.maxBytesPerRoom()))
            .store(store)
            .types(new BrittleType())
            .start();
    node.create("{'id':'c','type':'brittle','config':{'durability':'sync'},'rooms':{'r':{}}}");
    for (int i = 0; i < PUSHES; i++) {
      TestNode.await(push("1"));
    }
  }

  @AfterEach
  void close() {
    node.close();
  }

  private Future<JsonObject> push(String payload) {
    return node.directory().push("c", "r", null, payload);
  }

  /** All entries, most of which are not in memory. */
  private void readThrice(int entries) {
    int before = store.reads();
    for (int i = 0; i < 3; i++) {
      JsonObject page = TestNode.await(node.directory().entries("c", "r", 0, 100)).toJsonObject();
      assertThat(page.getJsonArray("entries")).hasSize(entries);
    }
    assertThat(store.reads() - before).as("reads of the journal").isEqualTo(3);
  }

  @Test
  void noneIsNeededAfterEntriesThatAreWritten() {
    readThrice(PUSHES);
    TestNode.await(push("1"));
    readThrice(PUSHES + 1);
    assertThat(store.fences()).isZero();
  }

  /** The generation before may have left entries in the queue. */
  @Test
  void oneIsNeededAfterACrash() {
    assertThatThrownBy(() -> TestNode.await(push("\"crash\""))).isInstanceOf(Refusal.class);
    node.awaitInstance("c", found -> found.getLong("generation") == 2);
    int before = store.fences();
    readThrice(PUSHES);
    assertThat(store.fences() - before).isOne();
  }
}
