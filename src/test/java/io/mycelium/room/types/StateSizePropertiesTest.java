package io.mycelium.room.types;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.RawFields;
import io.mycelium.room.spi.RoomLimits;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What the built-in types count as things change is what the whole state has. */
class StateSizePropertiesTest {
  private static final int ITEM = RoomLogic.ITEM_BYTES;
  private static final int MAX_BYTES = 3000;

  /** Names whose JSON is longer than they are, too. */
  private static final List<String> NAMES = List.of("a", "bob", "\u00e4\u4e2d", "q\"\\", "\n", "");

  /**
   * @param name of a key or a user
   */
  private record Step(String name, boolean leaves, boolean binary, int length) {
    Entry entry(long seq, boolean asObject) {
      String text = "\"" + "x".repeat(length) + "\"";
      Payload payload =
          binary && !asObject
              ? Payload.binary(new byte[length])
              : Payload.json(asObject ? "{" + Payload.of(name) + " : " + text + " }" : text);
      return leaves && !asObject
          ? new Entry(seq, 1, CollaborativeType.LEAVE, name, Payload.NULL)
          : new Entry(seq, 1, "push", name, payload);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.of(NAMES),
            Arbitraries.integers().between(0, 4).map(n -> n == 0),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 1200))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  @SuppressWarnings("unchecked")
  private static RoomLogic<Object> open(RoomType type, int history) {
    RoomSettings d = new RoomSettings("t", null, history, true, true, Duration.ZERO, null);
    RoomLimits limits = new RoomLimits(0, 1024, MAX_BYTES);
    return (RoomLogic<Object>)
        type.open(
            new RoomSettings(
                "t",
                null,
                history,
                true,
                true,
                Duration.ZERO,
                null,
                d.durability(),
                d.retention(),
                limits));
  }

  private static Object check(RoomLogic<Object> logic, Object state, long expected) {
    Object restored = logic.restore(logic.save(state));
    assertThat(logic.size(state)).isEqualTo(expected);
    assertThat(logic.size(restored)).as("after a snapshot").isEqualTo(expected);
    assertThat(logic.view(restored)).isEqualTo(logic.view(state));
    assertThat((long) logic.view(state).length()).isLessThanOrEqualTo(expected + 2);
    return restored;
  }

  private static long quoted(String name) {
    return Payload.of(name).length();
  }

  @Property(tries = 200)
  void shared(@ForAll("steps") List<Step> steps) {
    RoomLogic<Object> logic = open(new SharedType(), 0);
    Object state = logic.init();
    Map<String, Payload> model = new HashMap<>();
    long seq = 0;
    for (Step step : steps) {
      Entry entry = step.entry(++seq, true);
      state = logic.apply(state, entry);
      RawFields.forEach(entry.payload(), model::put);
    }
    long expected = 0;
    for (Map.Entry<String, Payload> each : model.entrySet()) {
      expected += ITEM + quoted(each.getKey()) + each.getValue().length();
    }
    check(logic, state, expected);
    assertThat(RawFields.of(logic.view(state))).isEqualTo(model);
  }

  @Property(tries = 200)
  void collaborative(@ForAll("steps") List<Step> steps) {
    RoomLogic<Object> logic = open(new CollaborativeType(), 0);
    Object state = logic.init();
    Map<String, Payload> model = new HashMap<>();
    long seq = 0;
    for (Step step : steps) {
      Entry entry = step.entry(++seq, false);
      state = logic.apply(state, entry);
      if (step.leaves()) {
        model.remove(step.name());
      } else {
        model.put(step.name(), entry.payload());
      }
    }
    long expected = 0;
    for (Map.Entry<String, Payload> each : model.entrySet()) {
      expected += ITEM + 2 * quoted(each.getKey()) + each.getValue().asJson().length;
    }
    check(logic, state, expected);
  }

  @Property(tries = 200)
  void accumulative(@ForAll("steps") List<Step> steps) {
    int history = 7;
    RoomLogic<Object> logic = open(new AccumulativeType(), history);
    Object state = logic.init();
    long seq = 0;
    for (Step step : steps) {
      List<Entry> before = ((Tail) state).entries();
      state = logic.apply(state, step.entry(++seq, false));
      List<Entry> shown = ((Tail) state).entries();
      long bytes = shown.stream().mapToLong(StateSizePropertiesTest::bytes).sum();
      check(logic, state, bytes);
      assertThat(bytes).isLessThanOrEqualTo(MAX_BYTES);
      assertThat(shown).hasSizeLessThanOrEqualTo(history);
      boolean fits = before.size() < history && logic.size(state) > 0;
      long dropped = before.stream().mapToLong(StateSizePropertiesTest::bytes).sum();
      boolean allFit = fits && dropped + bytes(step.entry(seq, false)) <= MAX_BYTES;
      if (allFit) {
        assertThat(shown).as("nothing goes that has room").hasSize(before.size() + 1);
      }
    }
  }

  private static long bytes(Entry entry) {
    return ITEM + quoted(entry.user()) + entry.payload().asJson().length;
  }
}
