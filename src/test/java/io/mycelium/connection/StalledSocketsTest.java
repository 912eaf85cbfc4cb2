package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Identity;
import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.GatewayConfig;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.Serializer;
import io.mycelium.protocol.SlowConsumer;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Any writes, any joins and leaves of others, and sockets that stop to read and go on as they like:
 * in the end each client that conflates shows what the room has, and each of a room that drops has
 * each message or was told that it is missing. The instance and the hub are real.
 */
class StalledSocketsTest {
  private static final int SOCKETS = 4;
  private static final Map<SlowConsumer, Long> WITHHELD = new ConcurrentHashMap<>();
  private static final SocketConfig SMALL =
      new SocketConfig(Duration.ofHours(1), Duration.ofHours(1), 10, 16 << 10);

  private static final AtomicInteger TO_LOSE = new AtomicInteger();
  private static TestNode node;
  private static int made;

  @BeforeContainer
  static void start() {
    JournalConfig few = JournalConfig.DEFAULT.inMemory(12, 1 << 20);
    ConnectionMeters meters =
        new ConnectionMeters() {
          @Override
          public void withheld(SlowConsumer policy, long messages) {
            assertThat(messages).isNotNegative();
            WITHHELD.merge(policy, messages, Long::sum);
          }
        };
    GatewayConfig d = GatewayConfig.DEFAULT;
    GatewayConfig impatient =
        new GatewayConfig(
            d.maxUnackedPerConnection(),
            d.maxUnackedBytesPerConnection(),
            d.maxUnackedPerInstance(),
            d.maxUnackedBytesPerInstance(),
            Duration.ofSeconds(3));
    node =
        TestNode.builder()
            .journal(few)
            .meters(meters)
            .gateway(impatient)
            .socket(SMALL)
            .eventLoops(1)
            .start();
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              boolean answer =
                  sent.message().body() instanceof DeliveryBatch batch
                      && batch.items().stream().anyMatch(Outbound.Newest.class::isInstance);
              if (!answer || TO_LOSE.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
                sent.next();
              }
            });
  }

  @AfterContainer
  static void stop() {
    node.close();
    assertThat(WITHHELD.get(SlowConsumer.CONFLATE)).isGreaterThan(100);
    assertThat(WITHHELD.get(SlowConsumer.DROP_OLDEST)).isGreaterThan(100);
  }

  /**
   * @param what w: a message to the room; r: a socket reads some bytes; o: all it gets; u: another
   *     user comes or goes; x: the instance restarts with its state
   */
  private record Step(char what, int who, int amount) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Character> what =
        Arbitraries.frequency(
            Tuple.of(12, 'w'),
            Tuple.of(4, 'r'),
            Tuple.of(1, 'o'),
            Tuple.of(1, 'u'),
            Tuple.of(1, 'x'));
    Arbitrary<Integer> who = Arbitraries.integers().between(0, SOCKETS - 1);
    return Combinators.combine(what, who, Arbitraries.integers().between(0, 900))
        .as(Step::new)
        .list()
        .ofMinSize(30)
        .ofMaxSize(150);
  }

  @Property(tries = 25)
  void whoConflatesShowsTheRoom(
      @ForAll("steps") List<Step> steps, @ForAll("keyed") String type, @ForAll boolean patches) {
    Run run = new Run(type, "conflate", patches ? 3 : 0);
    run.take(steps);
    run.settle();
    JsonObject shown = run.room().getJsonObject("data").getJsonObject("state");
    for (RoomView view : run.views) {
      assertThat(view.state()).isEqualTo(shown);
      assertThat(view.users()).isEqualTo(run.views.get(0).users());
    }
    run.close();
  }

  @Provide
  Arbitrary<String> keyed() {
    return Arbitraries.of("shared", "collaborative");
  }

  @Property(tries = 15)
  void whoDropsIsToldWhatIsMissing(@ForAll("steps") List<Step> steps) {
    Run run = new Run("accumulative", "drop_oldest", 0);
    run.take(steps);
    run.settle();
    for (RoomView view : run.views) {
      assertThat(view.states()).isEqualTo(1);
      assertThat(view.messages() + view.missing()).isEqualTo(run.written);
      assertThat(view.users()).isEqualTo(run.views.get(0).users());
    }
    run.close();
  }

  @Property(tries = 2)
  void anAnswerThatTheBusLosesIsAskedForAgain(@ForAll("steps") List<Step> steps) {
    Run run = new Run("shared", "conflate", 0);
    run.write(new Step('w', 0, 900));
    run.write(new Step('w', 0, 900));
    TO_LOSE.set(1);
    run.take(steps);
    run.settle();
    assertThat(TO_LOSE).hasValue(0);
    assertThat(run.views.get(0).state())
        .isEqualTo(run.room().getJsonObject("data").getJsonObject("state"));
    run.close();
  }

  /** One room, and sockets that are joined to it. */
  private static final class Run {
    private final String id = "x" + ++made;
    private final Hub hub = node.webs().get(0).hub();
    private final List<ScriptedSocket> sockets = new ArrayList<>();
    private final List<Connection> connections = new ArrayList<>();
    private final List<RoomView> views = new ArrayList<>();
    private final boolean[] here = new boolean[SOCKETS];
    private final List<Connection> others = new ArrayList<>();
    private final String type;
    private int written;

    Run(String type, String slow, int patch) {
      this.type = type;
      node.create(
          "{'id':'%s','type':'%s','config':{'durability':'none','open':true,'patch_interval':%d},'rooms':{'r':{'slow_consumer':'%s'}}}"
              .formatted(id, type, patch, slow));
      for (int i = 0; i < SOCKETS; i++) {
        ScriptedSocket socket = new ScriptedSocket();
        connections.add(connect("ada" + i, socket));
        sockets.add(socket);
        views.add(new RoomView());
        others.add(connect("eve" + i, open(new ScriptedSocket())));
        send(connections.get(i), "['1','1','r','phx_join',{}]");
        read(i, Integer.MAX_VALUE);
      }
      node.await(this::shortest, users -> users == SOCKETS);
      for (int i = 0; i < SOCKETS; i++) {
        read(i, 0);
      }
    }

    private static ScriptedSocket open(ScriptedSocket socket) {
      socket.read(Integer.MAX_VALUE);
      return socket;
    }

    private int shortest() {
      look();
      return views.stream().mapToInt(view -> view.users().size()).min().orElse(0);
    }

    private Connection connect(String user, ScriptedSocket socket) {
      return here(
          () ->
              hub.admit(id, Identity.everything(user), "127.0.0.1")
                  .map(permit -> permit.accept(Serializer.V2, socket)));
    }

    private <T> T here(Callable<Future<T>> task) {
      Promise<T> done = Promise.promise();
      hub.execute(
          () -> {
            try {
              task.call().onComplete(done);
            } catch (Exception | Error e) {
              done.fail(e);
            }
          });
      return TestNode.await(done.future());
    }

    private void send(Connection connection, String frame) {
      byte[] text = frame.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
      here(
          () -> {
            connection.onText(text, text.length);
            return Future.succeededFuture();
          });
    }

    private void read(int socket, int bytes) {
      here(
          () -> {
            sockets.get(socket).read(bytes);
            return Future.succeededFuture();
          });
    }

    void take(List<Step> steps) {
      for (Step step : steps) {
        switch (step.what()) {
          case 'w' -> write(step);
          case 'r' -> read(step.who(), step.amount());
          case 'o' -> read(step.who(), Integer.MAX_VALUE);
          case 'x' -> TestNode.await(node.directory().restart(id));
          default -> comeOrGo(step.who());
        }
      }
    }

    /** Another user comes and pushes, or goes, which collaborative rooms count as an entry. */
    private void comeOrGo(int who) {
      here[who] ^= true;
      if (here[who]) {
        send(others.get(who), "['1','1','r','phx_join',{}]");
        send(others.get(who), "['1','2','r','push',{'from':'other'}]");
        written++;
      } else {
        send(others.get(who), "['1','3','r','phx_leave',{}]");
        written += type.equals("collaborative") ? 1 : 0;
      }
    }

    private void write(Step step) {
      String key = "key" + step.amount() % 7;
      String payload = "{\"%s\":\"%s\"}".formatted(key, "x".repeat(step.amount()) + written);
      TestNode.await(node.directory().push(id, "r", "user" + step.amount() % 5, payload));
      written++;
    }

    /** All read again until they have the last message. */
    void settle() {
      for (int i = 0; i < SOCKETS; i++) {
        read(i, Integer.MAX_VALUE);
      }
      String present = String.valueOf(here());
      node.await(
          () -> {
            look();
            return views.stream().mapToLong(RoomView::seq).min().orElse(0);
          },
          seq -> seq == written);
      node.await(this::present, shown -> shown.equals(present));
    }

    private int here() {
      int count = SOCKETS;
      for (boolean each : here) {
        count += each ? 1 : 0;
      }
      return count;
    }

    private String present() {
      look();
      List<Integer> counts = views.stream().map(view -> view.users().size()).distinct().toList();
      return counts.size() == 1 ? counts.get(0).toString() : counts.toString();
    }

    private void look() {
      here(
          () -> {
            for (int i = 0; i < SOCKETS; i++) {
              assertThat(sockets.get(i).isClosed()).isFalse();
              assertThat(sockets.get(i).mostWaiting()).isLessThan(20_000);
              views.get(i).take(sockets.get(i).messages());
            }
            return Future.succeededFuture();
          });
    }

    JsonObject room() {
      return TestNode.await(node.directory().state(id, "r", -1)).toJsonObject();
    }

    /** The instance ends while some are behind. */
    void close() {
      for (int i = 0; i < 6; i++) {
        read(i % SOCKETS, 0);
        write(new Step('w', 0, 900));
      }
      TestNode.await(node.directory().delete(id));
      node.await(
          () ->
              here(
                  () ->
                      Future.succeededFuture(sockets.stream().allMatch(ScriptedSocket::isClosed))),
          closed -> closed);
    }
  }
}
