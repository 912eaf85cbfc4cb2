package io.mycelium.testing;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import java.util.List;

/** Logic whose state is the number of entries; each push is an entry. For types of tests. */
public class CountingLogic implements RoomLogic<Long> {
  @Override
  public Long init() {
    return 0L;
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
