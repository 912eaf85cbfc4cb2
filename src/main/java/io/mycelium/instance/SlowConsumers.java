package io.mycelium.instance;

import io.mycelium.journal.Durability;
import io.mycelium.protocol.Refusal;
import io.mycelium.protocol.SlowConsumer;
import java.util.List;

/** Reads the setting {@code slow_consumer}, which not every room can have. */
final class SlowConsumers {
  private static final String KEY = "slow_consumer";

  /** The types whose state is the newest value of each key. */
  private static final List<String> KEYED = List.of("shared", "collaborative");

  private SlowConsumers() {}

  /**
   * @param base the instance's, which a room takes unless it sets its own
   * @throws Refusal if the room would lose what it promises to keep, or has no keys
   */
  static SlowConsumer read(SpecReader in, SlowConsumer base, String type, Durability durability) {
    SlowConsumer read = SlowConsumer.of(in.oneOf(KEY, base.json(), SlowConsumer.NAMES));
    if (read == SlowConsumer.DROP_OLDEST && durability != Durability.NONE) {
      String kept = "disconnect, or durability none, where this room has " + durability.json();
      throw in.refuse(KEY, read.json(), kept);
    }
    if (read == SlowConsumer.CONFLATE && !KEYED.contains(type)) {
      String keyless = "disconnect, or a room of type shared or collaborative; this one is ";
      throw in.refuse(KEY, read.json(), keyless + type);
    }
    return read;
  }
}
