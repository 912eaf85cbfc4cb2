package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.room.PluginJar;
import io.mycelium.testing.Figures;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** Instances that nobody uses and that tick: each makes an entry five times a second. */
final class Clocks {
  /** Ticks on its own once a message has started it. */
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

  private final Servers servers;
  private final int count;

  /** Servers that are not started yet have the type afterwards. */
  Clocks(Servers servers, Path folder, int count) {
    this.servers = servers;
    this.count = count;
    new PluginJar()
        .source("clock.Clock", CLOCK)
        .provider("clock.Clock")
        .write(folder.resolve("clock.jar"));
    servers.with("MYCELIUM_INSTANCES_PLUGINS_DIR", folder.toString());
  }

  /** Makes them on the first server. */
  void start(PushingClients clients) {
    clients.create(servers.node(0), "clock", count, "clock");
    for (int i = 0; i < count; i++) {
      String messages = "/instances/clock" + i + "/rooms/r/messages";
      servers.node(0).request("POST", messages, "{\"payload\": 1}");
    }
  }

  /** Each of them makes more entries than it has now, without any request. */
  void await(String after) {
    long began = System.nanoTime();
    long[] before = IntStream.range(0, count).mapToLong(this::entries).toArray();
    for (int i = 0; i < count; i++) {
      while (entries(i) < before[i] + 2) {
        assertThat(System.nanoTime() - began)
            .as("nanoseconds in which clock%d has not ticked after %s", i, after)
            .isLessThan(TimeUnit.SECONDS.toNanos(40));
        LockSupport.parkNanos(20_000_000);
      }
    }
    Figures.log("ticks go on %d ms after %s", (System.nanoTime() - began) / 1_000_000, after);
  }

  private long entries(int clock) {
    String select = "SELECT coalesce(max(seq), 0) FROM entries WHERE instance = 'clock%d'";
    return Long.parseLong(servers.texts(select, clock).get(0));
  }
}
