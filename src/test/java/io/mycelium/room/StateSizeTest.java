package io.mycelium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Entry;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.Retention;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLimits;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.types.AccumulativeType;
import io.mycelium.room.types.CollaborativeType;
import io.mycelium.room.types.SharedType;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What makes a state too large is refused, and only that. */
class StateSizeTest {
  private static final int MAX = 100_000;
  private static final long NODE_MAX = 1 << 20;

  private final StateBudget budget = new StateBudget(NODE_MAX);
  private final StateAccount account = new StateAccount(budget);
  private final AtomicInteger saves = new AtomicInteger();

  /** Puts texts behind one another; {@code "clear"} empties it. Does not know its size. */
  private class Notes implements RoomLogic<String> {
    @Override
    public String init() {
      return "";
    }

    @Override
    public Effects onPush(String state, Push push) {
      return Effects.append(push);
    }

    @Override
    public Effects onJoin(String state, Member member) {
      return Effects.append("joined", member.user(), Payload.json("\"" + member.user() + "\""));
    }

    @Override
    public String apply(String state, Entry entry) {
      String text = entry.payload().tree().textValue();
      return text.equals("clear") ? "" : state + text;
    }

    @Override
    public Payload view(String state) {
      return Payload.of(state);
    }

    @Override
    public Payload delta(String state, List<Entry> entries) {
      return entries.get(0).payload();
    }

    @Override
    public Payload save(String state) {
      saves.incrementAndGet();
      return Payload.of(state);
    }
  }

  private static RoomSettings settings(String type) {
    return new RoomSettings(
        type,
        null,
        1000,
        true,
        true,
        Duration.ZERO,
        null,
        Durability.NONE,
        Retention.ALL,
        new RoomLimits(0, 1024, MAX));
  }

  private Room room(RoomLogic<?> logic) {
    return room(logic, null);
  }

  private Room room(RoomLogic<?> logic, SavedRoom saved) {
    return new Room("r", settings("t"), logic, JournalConfig.DEFAULT, account, saved);
  }

  private Room shared() {
    return room(new SharedType().open(settings("shared")));
  }

  private static String text(int length) {
    return "\"" + "x".repeat(length) + "\"";
  }

  private static void push(Room room, String json) {
    push(room, "ada", json);
  }

  private static void push(Room room, String user, String json) {
    Room.Outcome outcome = room.push(new Push("push", user, Payload.json(json), 1), new Turn());
    assertThat(outcome.reject()).isNull();
  }

  private static void assertRefused(Room room, String json, ErrorCode code, String words) {
    long seq = room.seq();
    byte[] state = room.stateMessage();
    assertThatThrownBy(() -> push(room, json))
        .isInstanceOfSatisfying(Refusal.class, no -> assertThat(no.code()).isEqualTo(code))
        .hasMessageContaining(words);
    assertThat(room.seq()).isEqualTo(seq);
    assertThat(room.stateMessage()).isEqualTo(state);
  }

  @Test
  void theOnePushThatWouldPassTheBoundIsRefused() {
    Room room = shared();
    push(room, "{\"a\":" + text(60_000) + "}");
    assertRefused(
        room,
        "{\"b\":" + text(60_000) + "}",
        ErrorCode.STATE_TOO_LARGE,
        "would have 120266 bytes, expected at most 100000 (max_state_bytes)");
    push(room, "{\"a\":" + text(99_000) + "}");
    push(room, "{\"a\":1,\"b\":" + text(60_000) + "}");
    assertThat(room.stateBytes()).isEqualTo(128 + 3 + 1 + 128 + 3 + 60_002);
  }

  @Test
  void aCollaborativeRoomIsBoundedAsWell() {
    Room room = room(new CollaborativeType().open(settings("collaborative")));
    push(room, "ada", text(60_000));
    assertThatThrownBy(() -> push(room, "bob", text(60_000))).hasMessageContaining("120280");
    push(room, "ada", text(90_000));
  }

  @Test
  void anAccumulativeRoomRefusesNothingAndShowsWhatFits() {
    Room room = room(new AccumulativeType().open(settings("accumulative")));
    for (int i = 0; i < 10; i++) {
      push(room, text(30_000));
    }
    push(room, text(200_000));
    assertThat(room.stateBytes()).isZero();
    push(room, text(30_000));
    assertThat(room.seq()).isEqualTo(12);
    assertThat(new String(room.stateMessage()))
        .startsWith("{\"data\":{\"type\":\"t\",\"state\":{\"12\":{");
  }

  @Test
  void aStateThatIsTooLargeAlreadyMayShrinkAndStay() {
    RoomLogic<?> logic = new SharedType().open(settings("shared"));
    @SuppressWarnings("unchecked")
    RoomLogic<Object> any = (RoomLogic<Object>) logic;
    Object large = any.restore(Payload.json("{\"a\":" + text(150_000) + "}"));
    Room room = room(logic, SavedRoom.fresh(large));
    push(room, "{\"a\":" + text(150_000) + "}");
    push(room, "{\"a\":" + text(140_000) + "}");
    assertRefused(room, "{\"b\":1}", ErrorCode.STATE_TOO_LARGE, "140265");
  }

  @Test
  void whileTheNodeIsFullStatesShrinkAndSmallOnesGrow() {
    Room[] rooms = new Room[12];
    for (int i = 0; i < rooms.length; i++) {
      rooms[i] = shared();
    }
    for (int i = 0; i < 10; i++) {
      push(rooms[i], "{\"a\":" + text(99_000) + "}");
    }
    push(rooms[10], "{\"a\":" + text(50_000) + "}");
    assertRefused(rooms[10], "{\"b\":" + text(20_000) + "}", ErrorCode.OVERLOADED, "1048576");
    push(rooms[10], "{\"a\":" + text(50_000) + "}");
    push(rooms[11], "{\"small\":1}");
    push(rooms[0], "{\"a\":1}");
    push(rooms[10], "{\"b\":" + text(20_000) + "}");
    assertThat(budget.used()).isBetween(950_000L, 980_000L);
    for (Room room : rooms) {
      room.release();
    }
    assertThat(budget.used()).isZero();
  }

  @Test
  void aClosedAccountGivesBackWhatItHasAndTakesNothing() {
    Room room = shared();
    push(room, "{\"a\":" + text(50_000) + "}");
    assertThat(budget.used()).isGreaterThan(50_000);
    account.close();
    account.close();
    push(room, "{\"b\":" + text(20_000) + "}");
    assertThat(budget.used()).isZero();
    assertThat(budget.kept()).isZero();
  }

  @Test
  void aLogicThatDoesNotKnowIsMeasuredNowAndThen() {
    Room room = room(new Notes());
    for (int i = 0; i < 500; i++) {
      push(room, text(40));
    }
    assertThat(room.stateBytes()).isBetween(20_000L, 100_000L);
    assertThat(saves.get()).isLessThan(10);
    while (room.stateBytes() < MAX - 2000) {
      push(room, text(1000));
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                push(room, text(1000));
              }
            })
        .hasMessageContaining("max_state_bytes");
    assertThat(room.stateMessage().length).isBetween(MAX - 2000, MAX + 200);
    push(room, "\"clear\"");
    push(room, text(1000));
    assertThat(room.stateBytes()).isEqualTo(1002);
  }

  @Test
  void joinsGoOnWhereAStateIsFull() {
    Room room = room(new Notes());
    push(room, text(99_980));
    Member member = new Member("somebody-with-a-long-name", "g", 1, 1, Payload.EMPTY);
    assertThat(room.join(member, 1, new Turn()).reject()).isNull();
    assertThat(room.stateBytes()).isGreaterThan(MAX);
  }

  @Test
  void entriesInMemoryShareABudgetToo() {
    Room[] rooms = new Room[20];
    for (int i = 0; i < rooms.length; i++) {
      rooms[i] = shared();
      for (int n = 0; n < 20; n++) {
        push(rooms[i], "{\"a\":" + text(50_000) + "}");
      }
      assertThat(rooms[i].recent().first()).isLessThanOrEqualTo(20);
      assertThat(budget.kept()).isLessThanOrEqualTo(NODE_MAX / 2 + (i + 1) * (256L << 10));
    }
    assertThat(rooms[19].heapBytes()).isLessThanOrEqualTo(256 << 10);
    account.close();
    assertThat(budget.kept()).isZero();
  }
}
