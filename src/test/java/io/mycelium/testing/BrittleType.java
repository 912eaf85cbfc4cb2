package io.mycelium.testing;

import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;

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

  private static final class Logic extends CountingLogic {
    @Override
    public Effects onPush(Long state, Push push) {
      if (push.payload().toString().equals("\"crash\"")) {
        throw new IllegalStateException("told to");
      }
      return super.onPush(state, push);
    }
  }
}
