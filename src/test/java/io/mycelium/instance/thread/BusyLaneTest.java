package io.mycelium.instance.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** Busy instances take turns. */
class BusyLaneTest {
  private final Queue<Runnable> pool = new ArrayDeque<>();
  private final WorkerThreads.BusyLane lane = new WorkerThreads.BusyLane(pool::add, 2);
  private final List<String> ran = new ArrayList<>();

  @Test
  void onlySoManyRunAtOnceAndTheOthersInTheOrderInWhichTheyCame() {
    assertThat(lane.enter()).isTrue();
    assertThat(lane.enter()).isTrue();
    assertThat(lane.enter()).isFalse();
    lane.await(() -> ran.add("a"));
    lane.await(() -> ran.add("b"));
    assertThat(lane.isWanted()).isTrue();
    assertThat(pool).isEmpty();
    lane.leave();
    pool.remove().run();
    lane.leave();
    pool.remove().run();
    assertThat(ran).containsExactly("a", "b");
    assertThat(lane.isWanted()).isFalse();
    assertThat(lane.enter()).as("both are in").isFalse();
    lane.leave();
    assertThat(lane.enter()).isTrue();
  }

  @Test
  void whoComesLaterDoesNotOvertake() {
    lane.enter();
    lane.enter();
    lane.await(() -> ran.add("a"));
    lane.leave();
    assertThat(lane.enter()).isFalse();
    lane.leave();
    assertThat(lane.enter()).isTrue();
  }
}
