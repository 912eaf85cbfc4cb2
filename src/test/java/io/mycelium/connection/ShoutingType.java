package io.mycelium.connection;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.List;

/** Tells everybody what is pushed, and keeps none of it; {@code null} becomes an entry. */
final class ShoutingType implements RoomType {
  @Override
  public String name() {
    return "shouting";
  }

  @Override
  public String description() {
    return "for a test";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic();
  }

  private static final class Logic implements RoomLogic<String> {
    @Override
    public String init() {
      return "";
    }

    @Override
    public Effects onPush(String state, Push push) {
      return push.payload().length() == 4
          ? Effects.append(push)
          : Effects.none().broadcast("shout", push.payload());
    }

    @Override
    public String apply(String state, Entry entry) {
      return state;
    }

    @Override
    public Payload view(String state) {
      return Payload.EMPTY;
    }

    @Override
    public Payload delta(String state, List<Entry> entries) {
      return Payload.EMPTY;
    }
  }
}
