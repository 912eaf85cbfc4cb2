package io.mycelium.connection;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.List;

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

  private static final class Logic implements RoomLogic<Long> {
    @Override
    public Long init() {
      return 0L;
    }

    @Override
    public Effects onJoin(Long state, Member member) {
      boolean kick = member.params().toString().contains("kick");
      return kick ? Effects.none().kick(member) : Effects.none();
    }

    @Override
    public Effects onPush(Long state, Push push) {
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
