package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.room.PluginJar;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Quiet;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node with many instances dies; the small version of {@link FailoverLoad}. */
class FailoverAtScaleIT {
  private static final int INSTANCES = 300;
  private static final int ACTIVE = 100;

  /** Twice a survivor's margin must fit into what is taken over, or one of them may take all. */
  private static final int SHARE_AT_LEAST = 20;

  /** Ticks on its own once a message has started it, and makes an entry each time. */
  private static final String CLOCK =
      """
      package clock;
      import io.mycelium.journal.Entry;
      import io.mycelium.protocol.Payload;
      import io.mycelium.room.spi.*;
      import java.time.Duration;
      import java.util.List;
      public final class Clock implements RoomType {
        public String name() { return "clock"; }
        public String description() { return "ticks"; }
        public RoomLogic<?> open(RoomSettings settings) {
          return new RoomLogic<Integer>() {
            public Integer init() { return 0; }
            public Integer apply(Integer state, Entry entry) { return state + 1; }
            public Payload view(Integer state) { return Payload.of(state); }
            public Payload delta(Integer state, List<Entry> entries) { return Payload.of(state); }
            public Effects onPush(Integer state, Push push) {
              return Effects.append(push).tickIn(Duration.ofMillis(200));
            }
            public Effects onTick(Integer state, long now) {
              return Effects.append("tick", null, Payload.of(state))
                  .tickIn(Duration.ofMillis(200));
            }
            public Payload save(Integer state) { return Payload.of(state); }
            public Integer restore(Payload saved) { return saved.tree().intValue(); }
          };
        }
      }
      """;

  @TempDir Path folder;

  @Test
  @Quiet
  void clientsElsewhereGoOnAndSoDoTicksThatNobodyWaitsFor() {
    new PluginJar()
        .source("clock.Clock", CLOCK)
        .provider("clock.Clock")
        .write(folder.resolve("clock.jar"));
    String url = Servers.newDatabase();
    try (Servers servers = Servers.onLoopback(url, 4);
        PushingClients clients = new PushingClients(500)) {
      servers.with("MYCELIUM_INSTANCES_PLUGINS_DIR", folder.toString()).start();
      clients.create(servers.node(0), "i", INSTANCES, "accumulative");
      clients.create(servers.node(0), "clock", 2, "clock");
      for (String clock : new String[] {"clock0", "clock1"}) {
        String messages = "/instances/" + clock + "/rooms/r/messages";
        servers.node(0).request("POST", messages, "{\"payload\": 1}");
      }
      servers.start();
      servers.start();
      FailoverLoad.Result result = FailoverLoad.end(servers, null, clients, ACTIVE);
      assertThat(result.wrong()).isEmpty();
      // On a busy machine some wait for longer than the ten seconds after which they are told so.
      assertThat(result.answers().keySet()).isSubsetOf("ok", "timeout");
      assertThat(result.answers().get("ok")).isGreaterThan(ACTIVE);
      assertThat(result.at(0.5)).isLessThan(10_000);
      for (int survivor : new int[] {1, 2}) {
        assertThat(owned(servers, survivor)).isGreaterThan(SHARE_AT_LEAST);
      }
      awaitTicks(servers, "the owner's death");

      servers.node(1).kill();
      servers.node(2).kill();
      servers.start();
      awaitTicks(servers, "all nodes were down");
    }
  }

  private static int owned(Servers servers, int node) {
    String count = "SELECT count(*) FROM instances WHERE owner = '%s'";
    return Integer.parseInt(servers.texts(count, servers.id(node)).get(0));
  }

  /** Each of the two makes more entries than it has now, without any request. */
  private static void awaitTicks(Servers servers, String after) {
    long began = System.nanoTime();
    for (String clock : new String[] {"clock0", "clock1"}) {
      long before = entries(servers, clock);
      while (entries(servers, clock) < before + 2) {
        assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(40));
        LockSupport.parkNanos(20_000_000);
      }
    }
    Figures.log("ticks go on %d ms after %s", (System.nanoTime() - began) / 1_000_000, after);
  }

  private static long entries(Servers servers, String instance) {
    String select = "SELECT coalesce(max(seq), 0) FROM entries WHERE instance = '%s'";
    return Long.parseLong(servers.texts(select, instance).get(0));
  }
}
