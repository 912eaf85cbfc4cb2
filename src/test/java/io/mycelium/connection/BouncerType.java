package io.mycelium.connection;

import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import io.mycelium.testing.CountingLogic;

/** A type that kicks a member that joins with {@code {"kick":true}}. */
final class BouncerType implements RoomType {
  @Override
  public String name() {
    return "bouncer";
  }

  @Override
  public String description() {
    return "kicks who asks for it";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic();
  }

  private static final class Logic extends CountingLogic {
    @Override
    public Effects onJoin(Long state, Member member) {
      boolean kick = member.params().toString().contains("kick");
      return kick ? Effects.none().kick(member) : Effects.none();
    }
  }
}
