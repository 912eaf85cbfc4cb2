package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Quiet;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with many instances dies; the small version of {@link FailoverLoad}. */
class FailoverAtScaleIT {
  private static final int INSTANCES = 300;
  private static final int ACTIVE = 100;

  /** Twice a survivor's margin must fit into what is taken over, or one of them may take all. */
  private static final int SHARE_AT_LEAST = 20;

  @TempDir Path folder;

  @Test
  @Quiet
  void clientsElsewhereGoOnAndSoDoTicksThatNobodyWaitsFor() {
    try (Servers servers = Servers.onLoopback(Servers.newDatabase(), 4);
        PushingClients clients = new PushingClients(500)) {
      Clocks clocks = new Clocks(servers, folder, 2);
      servers.start();
      clients.create(servers.node(0), "i", INSTANCES, "accumulative");
      clocks.start(clients);
      servers.start();
      servers.start();
      assertThat(FailoverLoad.registrations(servers)).allMatch(count -> count > 3 && count < 30);
      FailoverLoad.Result result = FailoverLoad.end(servers, 0, null, clients, ACTIVE);
      assertThat(result.wrong()).isEmpty();
      // On a busy machine some wait for longer than the ten seconds after which they are told so.
      assertThat(result.answers().keySet()).isSubsetOf("ok", "timeout");
      assertThat(result.answers().get("ok")).isGreaterThan(ACTIVE);
      assertThat(result.at(0.5)).isLessThan(10_000);
      for (int survivor : new int[] {1, 2}) {
        assertThat(servers.ownedBy(servers.id(survivor))).isGreaterThan(SHARE_AT_LEAST);
      }
      clocks.await("the owner's death");

      servers.node(1).kill();
      servers.node(2).kill();
      servers.start();
      clocks.await("all nodes were down");
    }
  }

  /** What it has handed over, and nobody else knows of yet, is not waited for in vain. */
  @Test
  @Quiet
  void aNodeDiesInTheMiddleOfItsMoves() {
    try (Servers servers = Servers.onLoopback(Servers.newDatabase(), 3);
        PushingClients clients = new PushingClients(500)) {
      Clocks clocks = new Clocks(servers, folder, 20);
      servers.with("MYCELIUM_CLUSTER_MOVES_PER_SECOND", "0").start();
      clients.create(servers.node(0), "i", 60, "accumulative");
      clocks.start(clients);
      servers.start();
      servers.start();
      FailoverLoad.Result result = FailoverLoad.endWhileMoving(servers, clients, 60, 30);
      assertThat(result.wrong()).isEmpty();
      assertThat(result.answers().keySet()).isSubsetOf("ok", "timeout");
      assertThat(result.at(1)).isLessThan(8_000);
      clocks.await("the death of a node that was being drained");
    }
  }
}
