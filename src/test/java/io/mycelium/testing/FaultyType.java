package io.mycelium.testing;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Logic that fails on demand. Its state is the number of entries and the sum of their {@code id}s.
 * A push may say {@code {"id": 7, "throw": "state"}}, {@code {"spin": true}}, {@code {"block":
 * true}}, {@code {"tick": 20}} (ms) {@code {"mute": true}} (no entry) or {@code {"shout": true}} (a
 * message outside the sequence); hooks fail when the test says so with {@link #failNext}.
 */
public final class FaultyType implements RoomType {
  /** The state. */
  public record Sum(int count, long sum) {}

  private final Map<String, Supplier<Throwable>> failing = new ConcurrentHashMap<>();
  private final CountDownLatch spinning = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);

  /** That hook ({@code onPush}, {@code apply}, ...) throws the next time it is called. */
  public void failNext(String hook, Supplier<Throwable> what) {
    failing.put(hook, what);
  }

  /** Whether the hook that was to fail has failed. */
  public boolean hasFailed(String hook) {
    return !failing.containsKey(hook);
  }

  /** Waits until a push spins. */
  public void awaitSpinning() throws InterruptedException {
    if (!spinning.await(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("nothing spins");
    }
  }

  /** Ends all spinning, now and later. */
  public void release() {
    release.countDown();
  }

  @Override
  public String name() {
    return "faulty";
  }

  @Override
  public String description() {
    return "fails on demand";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic();
  }

  private void failIfAsked(String hook) {
    Supplier<Throwable> what = failing.remove(hook);
    if (what != null) {
      FaultyType.<RuntimeException>sneak(what.get());
    }
  }

  /** Logic in Kotlin or Groovy throws what it likes. */
  @SuppressWarnings("unchecked")
  private static <T extends Throwable> void sneak(Throwable thrown) throws T {
    throw (T) thrown;
  }

  private static int overflow(int depth) {
    return overflow(depth + 1) + 1;
  }

  private void spin() {
    spinning.countDown();
    while (release.getCount() > 0) {
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  /** Waits until the test releases it. */
  public void block() {
    spinning.countDown();
    try {
      release.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private final class Logic implements RoomLogic<Sum> {
    @Override
    public Sum init() {
      failIfAsked("init");
      return new Sum(0, 0);
    }

    @Override
    public Sum apply(Sum state, Entry entry) {
      failIfAsked("apply");
      JsonNode id = entry.payload().tree().get("id");
      return new Sum(state.count() + 1, state.sum() + (id == null ? 0 : id.longValue()));
    }

    @Override
    public Payload view(Sum state) {
      failIfAsked("view");
      return Payload.of(state);
    }

    @Override
    public Payload delta(Sum state, List<Entry> entries) {
      failIfAsked("delta");
      StringBuilder out = new StringBuilder("{");
      for (Entry entry : entries) {
        out.append(out.length() == 1 ? "" : ",")
            .append('"')
            .append(entry.seq())
            .append("\":{\"payload\":");
        out.append(entry.payload()).append('}');
      }
      return Payload.json(out.append('}').toString());
    }

    @Override
    public Effects onJoin(Sum state, Member member) {
      failIfAsked("onJoin");
      return Effects.none();
    }

    @Override
    public Effects onPush(Sum state, Push push) {
      failIfAsked("onPush");
      JsonNode payload = push.payload().tree();
      if (payload.has("throw")) {
        switch (payload.get("throw").textValue()) {
          case "stack" -> overflow(0);
          case "linkage" -> throw new NoClassDefFoundError("it is not there");
          default -> throw new IllegalStateException("poison");
        }
      }
      if (payload.has("spin")) {
        spin();
      }
      if (payload.has("block")) {
        block();
      }
      Effects effects =
          payload.has("mute") ? Effects.none().reply(Payload.EMPTY) : Effects.append(push);
      if (payload.has("shout")) {
        effects = effects.broadcast("shout", push.payload());
      }
      if (payload.has("broadcastNull")) {
        effects = effects.broadcast("odd", null);
      }
      return payload.has("tick")
          ? effects.tickIn(Duration.ofMillis(payload.get("tick").intValue()))
          : effects;
    }

    @Override
    public Effects onLeave(Sum state, Member member, boolean lastOfUser) {
      failIfAsked("onLeave");
      return Effects.none();
    }

    /** Each tick makes an entry. */
    @Override
    public Effects onTick(Sum state, long now) {
      failIfAsked("onTick");
      return Effects.append("tick", null, Payload.json("{\"id\":0}"));
    }
  }
}
