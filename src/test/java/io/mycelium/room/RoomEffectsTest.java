package io.mycelium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.bus.Outbound;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Retention;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLimits;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.types.AccumulativeType;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** How a room executes its logic's effects. */
class RoomEffectsTest {
  private static final RoomSettings SETTINGS =
      new RoomSettings(
          "test",
          null,
          10,
          true,
          false,
          Duration.ZERO,
          null,
          Durability.SYNC,
          Retention.ALL,
          RoomLimits.DEFAULT);
  private static final Push PUSH = new Push("push", "ada", Payload.json("1"), 7);

  /** Counts its entries. */
  private record Counter(Function<Push, Effects> decide, BiFunction<Integer, Entry, Integer> next)
      implements RoomLogic<Integer> {
    @Override
    public Integer init() {
      return 0;
    }

    @Override
    public Integer apply(Integer state, Entry entry) {
      return next.apply(state, entry);
    }

    @Override
    public Payload view(Integer state) {
      return Payload.of(state);
    }

    @Override
    public Payload delta(Integer state, List<Entry> entries) {
      return Payload.of(entries.size());
    }

    @Override
    public Effects onPush(Integer state, Push push) {
      return decide.apply(push);
    }

    @Override
    public Effects onTick(Integer state, long now) {
      return Effects.append("tick", null, Payload.NULL);
    }
  }

  private static RoomSettings every(Duration patchInterval) {
    return new RoomSettings("test", null, 10, true, false, patchInterval, null);
  }

  private static Room room(Function<Push, Effects> decide) {
    return new Room(
        "r",
        SETTINGS,
        new Counter(decide, (state, entry) -> state + 1),
        JournalConfig.DEFAULT,
        StateAccount.unlimited(),
        null);
  }

  @Test
  void anEffectThatCannotBeCarriedOutThrowsBeforeAnythingChanges() {
    List<Function<Push, Effects>> faulty =
        List.of(
            push -> Effects.append(push).broadcast("x", null),
            push -> Effects.append(push).broadcast(null, Payload.NULL),
            push -> Effects.append(push).reply(null),
            push -> Effects.append(push).send(null, "x", Payload.NULL),
            push -> Effects.append(push).kick(null),
            push -> Effects.append(push).tickIn(null),
            push -> Effects.append(push).tickIn(Duration.ofMillis(-1)),
            push -> Effects.append(push).tickIn(Duration.ofSeconds(Long.MAX_VALUE)),
            push -> Effects.append(push).andAppend("x", "ada", null),
            push -> Effects.reject("no", null),
            push -> null);
    for (Function<Push, Effects> decide : faulty) {
      Room room = room(decide);
      byte[] before = room.stateMessage();
      Turn turn = new Turn();
      assertThatThrownBy(() -> room.push(PUSH, turn)).isInstanceOf(RuntimeException.class);
      assertThat(room.seq()).isZero();
      assertThat(room.stateMessage()).isSameAs(before);
      assertThat(turn.items()).isEmpty();
      assertThat(turn.appends()).isEmpty();
      assertThat(turn.timers()).isEmpty();
    }
  }

  @Test
  void whatComesWithinAPatchIntervalIsOneDelivery() {
    Duration interval = Duration.ofMillis(50);
    Counter logic = new Counter(Effects::append, (state, entry) -> state + 1);
    Room room =
        new Room(
            "r", every(interval), logic, JournalConfig.DEFAULT, StateAccount.unlimited(), null);
    Turn pushes = new Turn();
    for (int i = 0; i < 5; i++) {
      room.push(PUSH, pushes);
    }
    assertThat(pushes.items()).isEmpty();
    assertThat(pushes.timers())
        .containsExactly(new Turn.Timer(room, Turn.TimerKind.PATCH, interval, 0));

    assertThat(sentBy(room))
        .singleElement()
        .satisfies(
            delivery -> {
              assertThat(delivery.first()).isEqualTo(1);
              assertThat(delivery.last()).isEqualTo(5);
            });
    assertThat(sentBy(room)).as("nothing came since").isEmpty();
  }

  @Test
  void aPatchOfAnAccumulativeRoomHasEachMessageAndTheNumberOfTheLast() {
    RoomSettings settings = every(Duration.ofMillis(50));
    RoomLogic<?> logic = new AccumulativeType().open(settings);
    Room room =
        new Room("r", settings, logic, JournalConfig.DEFAULT, StateAccount.unlimited(), null);
    room.push(PUSH, new Turn());
    room.push(new Push("push", "bob", Payload.binary(new byte[] {1}), 8), new Turn());
    Outbound.Delivery delivery = sentBy(room).get(0);
    assertThat(delivery.binary()).as("one frame has room for one payload").isNull();
    assertThat(new JsonObject(Buffer.buffer(delivery.json().toBytes())))
        .isEqualTo(
            new JsonObject(
                """
                {"data": {"type": "test", "state": {
                  "1": {"user": {"id": "ada"}, "payload": 1, "at": 7},
                  "2": {"user": {"id": "bob"}, "payload": {"$binary": "AQ=="}, "at": 8}}},
                 "seq": 2}
                """));
  }

  private static List<Outbound.Delivery> sentBy(Room room) {
    Turn turn = new Turn();
    room.sendPatch(turn);
    return turn.items().stream().map(Outbound.Delivery.class::cast).toList();
  }

  @Test
  void aStateThatIsNullIsRefused() {
    Room room =
        new Room(
            "r",
            SETTINGS,
            new Counter(Effects::append, (state, entry) -> null),
            JournalConfig.DEFAULT,
            StateAccount.unlimited(),
            null);
    assertThatThrownBy(() -> room.push(PUSH, new Turn())).hasMessageContaining("from apply");
    assertThat(room.seq()).isZero();
  }

  @Test
  void severalEntriesOfOnePushAreOneDelivery() {
    Room room =
        room(
            push ->
                Effects.append(push)
                    .andAppend("more", null, Payload.NULL)
                    .reply(Payload.json("2")));
    Turn turn = new Turn();
    Room.Outcome outcome = room.push(PUSH, turn);
    assertThat(outcome.response()).isEqualTo(Payload.json("2"));
    assertThat(turn.appends()).extracting(append -> append.entry().seq()).containsExactly(1L, 2L);
    assertThat(turn.items())
        .singleElement()
        .isInstanceOfSatisfying(
            Outbound.Delivery.class,
            delivery -> {
              assertThat(delivery.first()).isEqualTo(1);
              assertThat(delivery.last()).isEqualTo(2);
            });
  }
}
