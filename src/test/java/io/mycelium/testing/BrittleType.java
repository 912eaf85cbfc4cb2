package io.mycelium.testing;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.List;

/** A type that throws on the push of {@code "crash"} and counts all others. */
public final class BrittleType implements RoomType {
  @Override
  public String name() {
    return "brittle";
  }

  @Override
  public String description() {
    return "throws when told to";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic();
  }

  private static final class Logic implements RoomLogic<Long> {
    @Override
    public Long init() {
      return 0L;
    }

    @Override
    public Effects onPush(Long state, Push push) {
      if (push.payload().toString().equals("\"crash\"")) {
        throw new IllegalStateException("told to");
      }
      return Effects.append(push);
    }

    @Override
    public Long apply(Long state, Entry entry) {
      return state + 1;
    }

    @Override
    public Payload view(Long state) {
      return Payload.of(state);
    }

    @Override
    public Payload delta(Long state, List<Entry> entries) {
      return Payload.of(state);
    }
  }
}
