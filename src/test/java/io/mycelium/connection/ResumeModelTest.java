package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.jdbc.JdbcStore;
import io.mycelium.journal.memory.MemoryStore;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import io.mycelium.room.types.AccumulativeType;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterTry;

/**
 * Clients leave and come back while the room goes on, crashes, sleeps and drops entries, and its
 * node stops or is killed. Each client must receive the room's history, each entry once: exactly
 * the missed entries if it is told {@code recovered}, the whole state otherwise.
 */
class ResumeModelTest {
  private static final int CLIENTS = 3;
  private static final int IN_MEMORY = 6;
  private static final int MAX_RESUME = 25;
  private static final int RETENTION = 5;
  private static final long IDLE_MS = 100;

  /** The possible steps. */
  enum Action {
    PUSH,
    PUSH_MANY,
    LEAVE,
    JOIN,
    CRASH,
    RESTART_INSTANCE,
    SLEEP,
    END_NODE,
    KILL_NODE
  }

  /**
   * A step.
   *
   * @param who the client, where it is about one
   */
  record Step(Action action, int who) {}

  private final ResumingClient[] clients = new ResumingClient[CLIENTS];
  private final TreeMap<Long, Integer> truth = new TreeMap<>();
  private JournalConfig config;
  private Store store;
  private Path file;
  private CuttableStore cuttable;
  private TestNode node;
  private String durability;
  private String epoch;
  private int must;
  private int pushes;

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Action> actions =
        Arbitraries.frequency(
            Tuple.of(6, Action.PUSH),
            Tuple.of(2, Action.PUSH_MANY),
            Tuple.of(5, Action.LEAVE),
            Tuple.of(8, Action.JOIN),
            Tuple.of(2, Action.CRASH),
            Tuple.of(1, Action.RESTART_INSTANCE),
            Tuple.of(1, Action.SLEEP),
            Tuple.of(1, Action.END_NODE),
            Tuple.of(2, Action.KILL_NODE));
    return actions
        .flatMap(
            action ->
                Arbitraries.integers().between(0, CLIENTS - 1).map(who -> new Step(action, who)))
        .list()
        .ofMinSize(5)
        .ofMaxSize(40);
  }

  @Provide
  Arbitrary<String> durabilities() {
    return Arbitraries.of("sync", "sync", "async", "none");
  }

  @Property(tries = 25)
  void onSqliteAClientIsToldTheRoomsHistoryEachEntryOnce(
      @ForAll("steps") List<Step> steps,
      @ForAll("durabilities") String durable,
      @ForAll boolean forgetful)
      throws IOException {
    file = Files.createTempDirectory("resume");
    config = config("jdbc:sqlite:" + file.resolve("m.db"), IN_MEMORY);
    must = forgetful ? RETENTION : MAX_RESUME;
    run(JdbcStore.open(config, JournalMeters.NONE), steps, durable, forgetful);
  }

  @Property(tries = 25)
  void inMemoryAClientIsToldTheRoomsHistoryEachEntryOnce(
      @ForAll("steps") List<Step> steps,
      @ForAll("durabilities") String durable,
      @ForAll boolean forgetful) {
    config = config("memory:", IN_MEMORY);
    must = forgetful ? RETENTION : MAX_RESUME;
    run(new MemoryStore(config("memory:", 10_000)), steps, durable, forgetful);
  }

  /** A snapshot every seven entries. */
  private static JournalConfig config(String url, int inMemory) {
    JournalConfig d = JournalConfig.DEFAULT;
    return new JournalConfig(
        url,
        "",
        "",
        d.flushInterval(),
        d.maxQueuedBytes(),
        7,
        d.pushOnceWindow(),
        inMemory,
        d.maxBytesPerRoom(),
        MAX_RESUME);
  }

  private void run(Store used, List<Step> steps, String durable, boolean forgetful) {
    store = used;
    durability = durable;
    start();
    node.create(
        "{'id':'c','type':'chat','config':{'history':10000,'presence':'off','durability':'"
            + durable
            + "'},'rooms':{'r':{"
            + (forgetful ? "'retention_entries':" + RETENTION : "")
            + "}}}");
    begin();
    for (int i = 0; i < CLIENTS; i++) {
      clients[i] = new ResumingClient();
    }
    for (Step step : steps) {
      carryOut(step);
      for (ResumingClient client : clients) {
        if (client.isJoined()) {
          client.knows(truth);
        }
      }
    }
    for (ResumingClient client : clients) {
      if (!client.isJoined()) {
        join(client);
      }
    }
  }

  @AfterTry
  void close() throws IOException {
    if (node != null) {
      node.close();
      node = null;
    }
    TestNode.await(store.close());
    truth.clear();
    pushes = 0;
    if (file != null) {
      try (var files = Files.list(file)) {
        for (Path each : files.toList()) {
          Files.delete(each);
        }
      }
      Files.delete(file);
      file = null;
    }
  }

  private void start() {
    cuttable = new CuttableStore(store);
    node =
        TestNode.builder()
            .journal(config)
            .store(cuttable)
            .types(new Chat())
            .supervision(1000, 2, 2000)
            .idleTimeout(IDLE_MS)
            .eventLoops(1)
            .start();
  }

  private JsonObject room() {
    return retried(() -> node.directory().room("c", "r"));
  }

  private void carryOut(Step step) {
    ResumingClient client = clients[step.who()];
    switch (step.action()) {
      case PUSH -> push(1);
      case PUSH_MANY -> push(10);
      case LEAVE -> {
        if (client.isJoined()) {
          client.leave(pushes % 2 == 0);
        }
      }
      case JOIN -> {
        if (!client.isJoined()) {
          join(client);
        }
      }
      case CRASH -> crash();
      case RESTART_INSTANCE -> TestNode.await(node.directory().restart("c"));
      case SLEEP -> node.awaitInstance("c", c -> c.getString("status").equals("idle"));
      case END_NODE -> nextNode(false);
      default -> nextNode(true);
    }
  }

  /** A room without an entry has no history, so it may wake up with another epoch. */
  private void begin() {
    push(1);
    epoch = room().getString("epoch");
  }

  private void push(int count) {
    for (int i = 0; i < count; i++) {
      int n = ++pushes;
      truth.put(pushed("{\"n\":" + n + "}").getLong("seq"), n);
    }
    assertThat(truth.lastKey()).isEqualTo(truth.size());
  }

  private JsonObject pushed(String payload) {
    return retried(() -> node.directory().push("c", "r", "ada", payload));
  }

  /** Retries while the instance is restarting, since that refusal means that nothing was done. */
  private JsonObject retried(Supplier<Future<JsonObject>> request) {
    while (true) {
      try {
        return TestNode.await(request.get());
      } catch (Refusal refusal) {
        if (refusal.code() != ErrorCode.INSTANCE_RESTARTING) {
          throw refusal;
        }
        TestNode.await(node.vertx().timer(2));
      }
    }
  }

  private void join(ResumingClient client) {
    boolean certain = !durability.equals("none");
    client.join(node.connect("c"), epoch, truth, certain ? must : -1);
  }

  private void crash() {
    assertThatThrownBy(() -> pushed("\"poison\""))
        .isInstanceOfSatisfying(
            Refusal.class,
            refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INSTANCE_CRASHED));
  }

  private void nextNode(boolean killed) {
    if (killed) {
      cuttable.cut();
    } else {
      // A restarting instance does not have its states yet, so it cannot save them.
      room();
    }
    node.close();
    cuttable.flush();
    TestNode.await(cuttable.settled().otherwiseEmpty());
    for (ResumingClient client : clients) {
      if (client.isJoined()) {
        client.leave(false);
      }
    }
    start();
    JsonObject now = room();
    String was =
        durability + (killed ? ", killed" : ", ended") + " at " + truth.size() + ": " + now;
    if (!killed || durability.equals("sync")) {
      assertThat(now.getString("epoch")).as(was).isEqualTo(epoch);
    }
    if (now.getString("epoch").equals(epoch)) {
      assertThat(now.getLong("seq")).as(was).isEqualTo(truth.size());
    }
    assertThat(now.getLong("seq")).isLessThanOrEqualTo(truth.size());
    truth.tailMap(now.getLong("seq"), false).clear();
    if (truth.isEmpty()) {
      begin();
    } else {
      epoch = now.getString("epoch");
    }
  }

  /** The built-in chat, except that it throws on one message. */
  private static final class Chat implements RoomType {
    @Override
    public String name() {
      return "chat";
    }

    @Override
    public String description() {
      return "accumulative, and may be poisoned";
    }

    @Override
    public RoomLogic<?> open(RoomSettings settings) {
      RoomLogic<?> logic = new AccumulativeType().open(settings);
      return (RoomLogic<?>)
          Proxy.newProxyInstance(
              getClass().getClassLoader(),
              new Class<?>[] {RoomLogic.class},
              (proxy, method, args) -> {
                if (method.getName().equals("onPush")
                    && ((Push) args[1]).payload().toString().equals("\"poison\"")) {
                  throw new IllegalStateException("poison");
                }
                return method.invoke(logic, args);
              });
    }
  }
}
