package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.memory.MemoryStore;
import io.mycelium.testing.CountingStore;
import io.mycelium.testing.Figures;
import io.mycelium.testing.TestNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Very many clients that come back at once are served from memory. */
class CrowdTest {
  private static final int CLIENTS = Integer.getInteger("mycelium.crowd", 1000);
  private static final int ENTRIES = 300;
  private static final int IN_MEMORY = 100;

  /** The range between the entries that the first and the last client missed. */
  private static final int SPREAD = 50;

  private CountingStore store;
  private TestNode node;
  private String epoch;

  /** Its store keeps all entries, the room the newest in memory. */
  @BeforeEach
  void start() {
    store = new CountingStore(new MemoryStore(JournalConfig.DEFAULT.inMemory()));
    JournalConfig limits = JournalConfig.DEFAULT.inMemory(IN_MEMORY, 8 << 20);
    node = TestNode.builder().journal(limits).store(store).start();
    node.create("{'id':'c','type':'accumulative','config':{'presence':'off'},'rooms':{'r':{}}}");
    for (int i = 1; i <= ENTRIES; i++) {
      TestNode.await(node.directory().push("c", "r", "ada", String.valueOf(i)));
    }
    epoch = TestNode.await(node.directory().room("c", "r")).getString("epoch");
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** All clients connect and join at once, and each gets exactly the entries that it missed. */
  private int readsWhileAllResume(int newest) throws IOException {
    Process clients =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                CrowdClients.class.getName(),
                String.valueOf(node.port()),
                String.valueOf(CLIENTS),
                epoch,
                String.valueOf(newest),
                String.valueOf(SPREAD),
                String.valueOf(ENTRIES))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader said = clients.inputReader();
        BufferedWriter say = clients.outputWriter()) {
      assertThat(said.readLine()).isEqualTo("connected");
      int before = store.reads();
      long began = System.nanoTime();
      say.write("go\n");
      say.flush();
      assertThat(said.readLine()).isEqualTo("resumed");
      int reads = store.reads() - before;
      Figures.log(
          "%,d clients resumed after %d ms with %d reads",
          CLIENTS, (System.nanoTime() - began) / 1_000_000, reads);
      return reads;
    } finally {
      clients.destroyForcibly();
    }
  }

  @Test
  void whoWasAwayForAWhileCausesNoReadAtAll() throws IOException {
    assertThat(readsWhileAllResume(ENTRIES - 1)).isZero();
  }

  /** One read for the first clients, one for the clients that came while it was in progress. */
  @Test
  void thoseFromFurtherBackShareAHandfulOfReads() throws IOException {
    assertThat(readsWhileAllResume(ENTRIES - IN_MEMORY - 2)).isBetween(1, 3);
  }
}
