package io.mycelium.web.socket;

import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import io.mycelium.testing.CountingLogic;
import java.util.concurrent.CountDownLatch;

/** A type whose rooms block while the gate is shut: the instance's thread waits. */
final class GateType implements RoomType {
  private volatile CountDownLatch gate = new CountDownLatch(0);

  public void shut() {
    gate = new CountDownLatch(1);
  }

  public void open() {
    gate.countDown();
  }

  @Override
  public String name() {
    return "gate";
  }

  @Override
  public String description() {
    return "waits while its gate is shut";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic();
  }

  private final class Logic extends CountingLogic {
    @Override
    public Effects onJoin(Long state, Member member) {
      pass();
      return Effects.none();
    }

    @Override
    public Effects onPush(Long state, Push push) {
      pass();
      return super.onPush(state, push);
    }

    private void pass() {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
