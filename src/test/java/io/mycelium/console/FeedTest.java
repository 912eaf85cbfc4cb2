package io.mycelium.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.access.Authenticators;
import io.mycelium.bus.InstanceRows;
import io.mycelium.ops.Meters;
import io.mycelium.testing.TestNode;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The feed between a deployer that the test plays, and consoles over real WebSockets. */
class FeedTest {
  private final Vertx vertx = Vertx.vertx();
  private final InstanceRows bus = new InstanceRows(vertx);
  private final Deployer deployer = new Deployer();
  private Console console;
  private int port;

  /** One row, whose name counts the requested pages. */
  private static final class Deployer implements InstanceRows.Source {
    private final AtomicInteger pages = new AtomicInteger();
    private final AtomicInteger watched = new AtomicInteger();
    private volatile long version;
    private volatile CountDownLatch kept = new CountDownLatch(0);

    @Override
    public void watched() {
      watched.incrementAndGet();
      kept.countDown();
    }

    @Override
    public InstanceRows.Page page(String after) {
      int page = pages.incrementAndGet();
      return after.isEmpty()
          ? new InstanceRows.Page(version, "a", rows("a", "page " + page))
          : new InstanceRows.Page(version, null, rows("b", "page " + page));
    }
  }

  private static String rows(String id, String name) {
    JsonArray row = new JsonArray().add(id).add(name);
    return new JsonObject().put("rows", new JsonArray().add(row)).encode();
  }

  @BeforeEach
  void start() {
    TestNode.await(bus.serve(deployer));
    Sampler sampler = new Sampler(new Meters(Set.of(), Set.of()), Map::of, "memory");
    port =
        TestNode.await(
            vertx
                .createHttpServer()
                .requestHandler(router(sampler))
                .listen(0, "127.0.0.1")
                .map(server -> server.actualPort()));
  }

  private Router router(Sampler sampler) {
    Router router = Router.router(vertx);
    console = new Console(vertx, ConsoleConfig.DEFAULT, Authenticators.open(), sampler);
    console.mount(router);
    return router;
  }

  @AfterEach
  void stop() {
    TestNode.await(vertx.close());
  }

  private void publish(long version, String id, String name) {
    deployer.version = version;
    bus.publish(new InstanceRows.Delta(version, rows(id, name)));
  }

  @Test
  void aConsoleGetsEveryPageAndThenTheDeltas() {
    try (ConsoleSocket page = ConsoleSocket.connect(port)) {
      page.await("loaded");
      assertThat(page.rows().keySet()).containsExactly("a", "b");
      publish(1, "c", "new");
      page.await("rows");
      assertThat(page.row("c").getString("name")).isEqualTo("new");
      assertThat(deployer.pages).hasValue(2);
    }
  }

  @Test
  void aLostDeltaIsNoticedAndAllRowsAreSentAnew() {
    try (ConsoleSocket page = ConsoleSocket.connect(port)) {
      page.await("loaded");
      publish(1, "a", "one");
      page.awaitRow("a", row -> row.getString("name").equals("one"));
      publish(3, "b", "three");
      page.await("reset");
      page.await("loaded");
      assertThat(page.row("a").getString("name")).isEqualTo("page 3");
      assertThat(page.row("b").getString("name")).isEqualTo("page 4");
    }
  }

  @Test
  void aPageThatIsOlderThanADeltaIsAskedForAgain() {
    try (ConsoleSocket first = ConsoleSocket.connect(port)) {
      first.await("loaded");
      publish(5, "a", "five");
      first.await("rows");
      deployer.version = 4;
      try (ConsoleSocket second = ConsoleSocket.connect(port)) {
        second.await("reset");
        int asked = deployer.pages.get();
        TestNode.await(vertx.timer(1)); // the pages of version 4 come and go meanwhile
        deployer.version = 5;
        second.await("loaded");
        assertThat(deployer.pages.get()).isGreaterThan(asked);
        assertThat(second.rows().keySet()).containsExactly("a", "b");
      }
    }
  }

  @Test
  void aSlowConsoleGetsFreshRowsInsteadOfABacklog() {
    try (ConsoleSocket slow = ConsoleSocket.connect(port);
        ConsoleSocket quick = ConsoleSocket.connect(port)) {
      slow.await("loaded");
      quick.await("loaded");
      slow.stopReading();
      String large = "x".repeat(256 << 10);
      int deltas = 200;
      for (int version = 1; version <= deltas; version++) {
        publish(version, "v" + version, large);
        quick.await("rows");
      }
      slow.readOn();
      slow.await("reset");
      assertThat(slow.rows()).as("what was put behind it").hasSizeLessThan(deltas);
      slow.await("loaded");
      publish(deltas + 1, "last", "one");
      slow.awaitRow("last", row -> row != null);
      assertThat(slow.rows().keySet()).containsExactly("a", "b", "last");
      assertThat(quick.rows()).hasSize(deltas + 2);
    }
  }

  @Test
  void nothingIsAskedForOrHeardUntilSomebodyWatchesAndOnceNobodyDoes() throws Exception {
    assertThat(deployer.watched).hasValue(0);
    assertNobodyHears();
    ConsoleSocket page = ConsoleSocket.connect(port);
    page.await("loaded");
    deployer.kept = new CountDownLatch(1);
    assertThat(deployer.kept.await(InstanceRows.LEASE_MS, TimeUnit.MILLISECONDS))
        .as("the deltas are kept coming")
        .isTrue();
    page.close();
    long deadline = System.nanoTime() + TestNode.PATIENCE.toNanos();
    while (console.feed().subscribers() > 0 && System.nanoTime() < deadline) {
      TestNode.await(vertx.timer(5));
    }
    assertNobodyHears();
  }

  private void assertNobodyHears() {
    assertThatThrownBy(() -> TestNode.await(vertx.eventBus().request("instances.rows.deltas", "")))
        .isInstanceOf(ReplyException.class)
        .hasMessageContaining("No handlers");
  }

  @Test
  void aMessageThatIsNoneEndsTheConsole() {
    for (String wrong : new String[] {"nonsense", "{}", "{'observe': 5}"}) {
      try (ConsoleSocket page = ConsoleSocket.connect(port)) {
        page.send(wrong);
        assertThat(page.await("closed")).as(wrong).isEqualTo(4000);
      }
    }
  }
}
