package io.mycelium.room;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.List;

/**
 * A built-in type whose logic throws at the payload {@link #POISON}: after it has made the next
 * state.
 */
record PoisonedType(RoomType real) implements RoomType {
  static final Payload POISON = Payload.json("{\"a\":\"poison\"}");
  private static final String PREFIX = "poisoned-";

  static String name(String type) {
    return PREFIX + type;
  }

  @Override
  public String name() {
    return name(real.name());
  }

  @Override
  public String description() {
    return real.description();
  }

  @Override
  @SuppressWarnings("unchecked")
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic((RoomLogic<Object>) real.open(settings));
  }

  private record Logic(RoomLogic<Object> real) implements RoomLogic<Object> {
    @Override
    public Object init() {
      return real.init();
    }

    @Override
    public Object apply(Object state, Entry entry) {
      Object next = real.apply(state, entry);
      if (entry.payload().equals(POISON)) {
        throw new IllegalStateException("poison");
      }
      return next;
    }

    @Override
    public Payload view(Object state) {
      return real.view(state);
    }

    @Override
    public Payload delta(Object state, List<Entry> entries) {
      return real.delta(state, entries);
    }

    @Override
    public Effects onPush(Object state, Push push) {
      return real.onPush(state, push);
    }

    @Override
    public Effects onLeave(Object state, Member member, boolean lastOfUser) {
      return real.onLeave(state, member, lastOfUser);
    }

    @Override
    public boolean broadcastsBinary() {
      return real.broadcastsBinary();
    }
  }
}
