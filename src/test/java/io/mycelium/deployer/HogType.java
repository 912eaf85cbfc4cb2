package io.mycelium.deployer;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Logic that takes what it can get: a push {@code {"spin": 50}} makes it busy for that many
 * milliseconds, {@code {"allocate": 50}} busy with making garbage, {@code {"wait": 50}} with
 * waiting.
 */
public final class HogType implements RoomType {
  private static final int PIECE = 16 << 10;

  /** Where the garbage can be seen, so that the JIT does not leave it out. */
  private volatile byte[] last;

  @Override
  public String name() {
    return "hog";
  }

  @Override
  public String description() {
    return "takes what it can get";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic();
  }

  private final class Logic implements RoomLogic<Long> {
    @Override
    public Long init() {
      return 0L;
    }

    @Override
    public Effects onPush(Long state, Push push) {
      JsonNode wanted = push.payload().tree();
      long end = System.nanoTime() + 1_000_000L * ms(wanted);
      while (System.nanoTime() < end) {
        if (wanted.has("allocate")) {
          last = new byte[PIECE];
        } else if (wanted.has("wait")) {
          LockSupport.parkNanos(end - System.nanoTime());
        }
      }
      return Effects.append(push);
    }

    private static long ms(JsonNode wanted) {
      return wanted.elements().hasNext() ? wanted.elements().next().longValue() : 0;
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
