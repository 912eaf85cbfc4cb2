package org.example;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.List;
import java.util.Map;

/** For the soak test: a room that crashes its instance when it is asked to. */
public final class CrashingType implements RoomType {
  @Override
  public String name() {
    return "crashing";
  }

  @Override
  public String description() {
    return "Counts messages; a client's {\"crash\": true} crashes its instance";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Counting();
  }

  private record Counting() implements RoomLogic<Integer> {
    @Override
    public Integer init() {
      return 0;
    }

    @Override
    public Effects onPush(Integer state, Push push) {
      if (push.payload().toString().contains("crash")) {
        throw new IllegalStateException("a crash was asked for");
      }
      return Effects.append(push);
    }

    @Override
    public Integer apply(Integer state, Entry entry) {
      return state + 1;
    }

    @Override
    public Payload view(Integer state) {
      return Payload.of(Map.of("count", state));
    }

    @Override
    public Payload delta(Integer state, List<Entry> entries) {
      return Payload.of(Map.of("count", state));
    }
  }
}
