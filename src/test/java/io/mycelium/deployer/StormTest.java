package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.Hub;
import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.Figures;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Instances and connections that come and go leave nothing behind. */
class StormTest {
  private static final int AT_ONCE = 100;

  private final TestNode node = TestNode.start();

  /** Figures that must not grow. */
  private record Footprint(long heap, int consumers, int threads) {}

  @AfterEach
  void close() {
    node.close();
  }

  private Footprint footprint() {
    long heap = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) {
      System.gc();
      heap = Math.min(heap, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return new Footprint(heap, consumers(node.vertx()), Thread.getAllStackTraces().size());
  }

  /** Addresses with a consumer; Vert.x does not tell. */
  private static int consumers(Vertx vertx) {
    Class<?> bus = vertx.eventBus().getClass();
    while (!bus.getSimpleName().equals("EventBusImpl")) {
      bus = bus.getSuperclass();
    }
    try {
      Field handlers = bus.getDeclaredField("handlerMap");
      handlers.setAccessible(true);
      return ((Map<?, ?>) handlers.get(vertx.eventBus())).size();
    } catch (ReflectiveOperationException e) {
      throw new AssertionError(e);
    }
  }

  private static void times(int count, IntFunction<Future<?>> each) {
    for (int from = 0; from < count; from += AT_ONCE) {
      List<Future<?>> batch = new ArrayList<>();
      for (int i = from; i < Math.min(count, from + AT_ONCE); i++) {
        batch.add(each.apply(i));
      }
      TestNode.await(Future.all(batch));
    }
  }

  private static final long MOST_BYTES = 3 << 20;

  private static void assertFlat(String what, Footprint before, Footprint after) {
    Figures.log(
        "%s: heap %+d KB, %s -> %s", what, after.heap() - before.heap() >> 10, before, after);
    assertThat(after.heap() - before.heap()).as("bytes of heap").isLessThan(MOST_BYTES);
    assertThat(after.consumers()).isEqualTo(before.consumers());
    assertThat(after.threads()).isLessThanOrEqualTo(before.threads() + 2);
  }

  private Future<?> createAndDelete(int i) {
    JsonObject spec =
        new JsonObject()
            .put("id", "s" + i)
            .put("type", "accumulative")
            .put("rooms", new JsonObject("{\"r\":{}}"));
    return node.directory()
        .create(spec)
        .compose(made -> node.directory().push("s" + i, "r", null, "1"))
        .compose(pushed -> node.directory().delete("s" + i));
  }

  @Test
  void tenThousandInstancesComeAndGo() throws Exception {
    times(1000, this::createAndDelete);
    Footprint before = footprint();
    times(10_000, this::createAndDelete);
    assertFlat("10,000 create/delete", before, footprint());
  }

  @Test
  void twoThousandRestarts() throws Exception {
    for (int i = 0; i < 20; i++) {
      node.create("{'id':'i" + i + "','type':'accumulative','rooms':{'r':{}}}");
    }
    PhoenixSocket ada = node.connect("i0");
    ada.join("r");
    times(400, i -> node.directory().restart("i" + i % 20));
    Footprint before = footprint();
    times(2000, i -> node.directory().restart("i" + i % 20));
    assertFlat("2,000 restarts", before, footprint());
    ada.send("['1','2','r','push',{}]");
    assertThat(ada.awaitReply("2").getJsonObject(4).getJsonObject("response").getLong("seq"))
        .isEqualTo(1);
    assertThat(TestNode.await(node.directory().get("i0")).getLong("generation"))
        .isEqualTo(1 + 20 + 100);
  }

  @Test
  void twoThousandSocketsThatDieLeaveNothing() throws Exception {
    node.create("{'id':'x','type':'collaborative','rooms':{'r':{}}}");
    storm(2000);
    Footprint before = footprint();
    storm(2000);
    assertThat(node.onHubs(Hub::connections)).isZero();
    assertThat(node.onHubs(Hub::instances)).isZero();
    assertThat(node.onHubs(Hub::unacked)).isZero();
    // What lingers a while after its socket, at either end, is no leak.
    Footprint after = node.await(this::footprint, now -> now.heap() - before.heap() < MOST_BYTES);
    assertFlat("2,000 sockets", before, after);
    JsonObject room = TestNode.await(node.directory().room("x", "r"));
    assertThat(room.getInteger("channels")).isZero();
    assertThat(room.getInteger("users")).isZero();
    PhoenixSocket late = node.connect("x", "vsn=2.0.0&userId=late");
    late.join("r");
    assertThat(late.awaitEvent("presence_state").getJsonObject(4).fieldNames())
        .containsExactly("late");
  }

  private void storm(int sockets) {
    for (int i = 0; i < sockets; i++) {
      DeafSocket socket = new DeafSocket(node.port(), "x");
      socket.send("['1','1','r','phx_join',{}]");
      if (i % 3 == 0) {
        socket.awaitText("presence_state");
        socket.send("['1','2','r','push',{'x':1}]");
      }
      if (i % 500 == 250) {
        TestNode.await(node.directory().restart("x"));
      }
      socket.die();
    }
    node.awaitConnections(0);
    node.await(() -> node.onHubs(Hub::links), links -> links == 0);
    node.awaitInstance("x", i -> i.getInteger("connections") == 0);
  }
}
