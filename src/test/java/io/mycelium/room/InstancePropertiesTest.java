package io.mycelium.room;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.instance.Admission;
import io.mycelium.instance.Handover;
import io.mycelium.instance.Instance;
import io.mycelium.instance.InstanceSpec;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.memory.MemoryJournal;
import io.mycelium.protocol.Payload;
import io.mycelium.room.types.AccumulativeType;
import io.mycelium.room.types.CollaborativeType;
import io.mycelium.room.types.SharedType;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** Random joins, leaves, pushes and crashes: room and clients stay equal to the type's model. */
class InstancePropertiesTest {
  private static final JournalConfig LIMITS = JournalConfig.DEFAULT.inMemory();
  private static final Admission ADMISSION =
      new Admission(new MemoryJournal(LIMITS), LIMITS, StateAccount.unlimited(), false);

  private static final String[] USERS = {"ada", "ada", "bob", "cara", "bob"};
  private static final List<Payload> PAYLOADS =
      List.of(
          Payload.json("{\"a\":1}"),
          Payload.json("{\"b\":{\"deep\":[1.50,null]},\"a\":\"\u00e9\"}"),
          Payload.json("{}"),
          Payload.json("{\"undeclared\":1}"),
          Payload.json("null"),
          Payload.json("[1,2]"),
          Payload.binary(new byte[] {1, 2, 3}),
          PoisonedType.POISON);

  /** One event on one of five connections. */
  record Step(String what, int connection, Payload payload) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> what =
        Arbitraries.frequency(
            Tuple.of(8, "push"),
            Tuple.of(4, "join"),
            Tuple.of(2, "leave"),
            Tuple.of(1, "close"),
            Tuple.of(2, "patch"));
    Arbitrary<Integer> connection = Arbitraries.integers().between(0, USERS.length - 1);
    return Combinators.combine(what, connection, Arbitraries.of(PAYLOADS))
        .as(Step::new)
        .list()
        .ofMaxSize(80);
  }

  @Provide
  Arbitrary<String> types() {
    return Arbitraries.of("accumulative", "shared", "collaborative");
  }

  @Property(tries = 400)
  void roomAndClientsAreWhatTheModelSays(
      @ForAll("types") String type,
      @ForAll("patchIntervals") int patchInterval,
      @ForAll("histories") int history,
      @ForAll("steps") List<Step> steps) {
    Run run = new Run(type, patchInterval, history);
    for (Step step : steps) {
      run.take(step);
      run.check();
    }
    run.patch();
    run.checkClients();
  }

  @Provide
  Arbitrary<Integer> patchIntervals() {
    return Arbitraries.of(0, 50);
  }

  @Provide
  Arbitrary<Integer> histories() {
    return Arbitraries.of(0, 1, 5, 1000);
  }

  /** A channel's view of the room. */
  private static final class Client {
    private final ObjectNode state;
    private long seq;

    Client(JsonNode joined) {
      state = joined.at("/data/state").deepCopy();
      seq = joined.get("seq").longValue();
    }
  }

  private static final class Run {
    private final Instance instance;
    private final RoomModel model;
    private final boolean patches;
    private final Map<Integer, Client> clients = new HashMap<>();
    private long number;
    private long seq;

    Run(String type, int patchInterval, int history) {
      JsonObject config =
          new JsonObject().put("history", history).put("patch_interval", patchInterval);
      config.put("state", new JsonObject().put("a", 0).put("b", 0));
      JsonObject spec =
          new JsonObject()
              .put("id", "x")
              .put("type", PoisonedType.name(type))
              .put("config", config);
      RoomTypes types =
          new RoomTypes(
              Stream.of(new AccumulativeType(), new SharedType(), new CollaborativeType())
                  .map(real -> new RoomTypes.Source(new PoisonedType(real), "test"))
                  .toList());
      instance =
          new Instance(
              InstanceSpec.read(spec),
              types,
              () -> 7,
              Duration.ZERO,
              ADMISSION,
              Handover.nothing());
      model = RoomModel.of(type, history);
      patches = patchInterval > 0;
    }

    void take(Step step) {
      switch (step.what()) {
        case "push" -> push(step);
        case "join" -> take(command(Command.Kind.JOIN, step, null), step.connection());
        case "leave" -> leave(Command.Kind.LEAVE, step);
        case "close" -> leave(Command.Kind.CLOSE, step);
        default -> patch();
      }
    }

    private void push(Step step) {
      byte[] before = room().stateMessage();
      boolean poison = step.payload() == PoisonedType.POISON;
      boolean taken = !poison && model.push(seq + 1, USERS[step.connection()], step.payload());
      Turn turn = new Turn();
      Throwable thrown = handle(command(Command.Kind.PUSH, step, step.payload()), turn);
      assertThat(thrown != null).isEqualTo(poison);
      List<Outbound.Reply> replies =
          turn.items().stream()
              .filter(Outbound.Reply.class::isInstance)
              .map(Outbound.Reply.class::cast)
              .toList();
      assertThat(replies).hasSize(1);
      assertThat(replies.get(0).ok()).isEqualTo(taken);
      absorb(turn, -1);
      if (taken) {
        seq++;
        assertThat(replies.get(0).seq()).isEqualTo(seq);
      } else {
        assertThat(room().stateMessage()).isSameAs(before);
        assertThat(turn.items()).hasSize(1);
        assertThat(turn.appends()).isEmpty();
      }
    }

    private void leave(Command.Kind kind, Step step) {
      boolean was = clients.remove(step.connection()) != null;
      String user = USERS[step.connection()];
      boolean last = was && clients.keySet().stream().noneMatch(each -> USERS[each].equals(user));
      long made = last && model.lastChannelOf(user) ? 1 : 0;
      take(command(kind, step, null), -1);
      seq += made;
    }

    private void take(Command command, int joining) {
      Turn turn = new Turn();
      assertThat(handle(command, turn)).isNull();
      absorb(turn, joining);
    }

    void patch() {
      Turn turn = new Turn();
      room().sendPatch(turn);
      absorb(turn, -1);
    }

    private Throwable handle(Command command, Turn turn) {
      return instance.handle(new CommandBatch("g", number - 1, 0, 1, List.of(command)), turn);
    }

    private Command command(Command.Kind kind, Step step, Payload payload) {
      String event = kind == Command.Kind.PUSH ? "push" : null;
      return new Command(
          ++number, kind, step.connection(), "lobby", event, USERS[step.connection()], payload);
    }

    private Room room() {
      return instance.find("lobby");
    }

    /** Gives the messages to the clients and checks that entries follow one another. */
    private void absorb(Turn turn, int joining) {
      List<Long> appended = new ArrayList<>();
      for (Journal.Append append : turn.appends()) {
        appended.add(append.entry().seq());
      }
      assertThat(appended).isEqualTo(appended.isEmpty() ? List.of() : List.of(seq + 1));
      for (Outbound item : turn.items()) {
        if (item instanceof Outbound.Delivery delivery && delivery.first() > 0) {
          JsonNode message = Payload.json(delivery.json().toBytes()).tree();
          assertThat(message.get("seq").longValue()).isEqualTo(delivery.last());
          clients
              .values()
              .forEach(client -> deliver(client, delivery, (ObjectNode) message.at("/data/state")));
        } else if (item instanceof Outbound.Direct direct
            && new String(direct.quotedEvent()).equals("\"state\"")) {
          clients.put(joining, new Client(Payload.json(direct.json()).tree()));
        }
      }
    }

    /**
     * A patch may hold entries that were already in the client's join state: they change nothing.
     */
    private void deliver(Client client, Outbound.Delivery delivery, ObjectNode delta) {
      assertThat(delivery.first()).isLessThanOrEqualTo(client.seq + 1);
      if (delivery.last() > client.seq) {
        model.apply(client.state, delta);
        client.seq = delivery.last();
      }
    }

    void check() {
      assertThat(room().seq()).isEqualTo(seq);
      JsonNode shown = Payload.json(room().stateMessage()).tree();
      assertThat(shown.at("/data/state")).isEqualTo(reread(model.state()));
      assertThat(shown.get("seq").longValue()).isEqualTo(seq);
      assertThat(room().occupants().channels()).isEqualTo(clients.size());
      if (!patches) {
        checkClients();
      }
    }

    void checkClients() {
      for (Client client : clients.values()) {
        assertThat(reread(client.state)).isEqualTo(reread(model.state()));
        assertThat(client.seq).isEqualTo(seq);
      }
    }

    private static JsonNode reread(JsonNode node) {
      return Payload.of(node).tree();
    }
  }
}
