package io.mycelium.instance.thread;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an instance's logic may take of each second. */
class HandlerBudgetTest {
  private static final long MS = 1_000_000;

  private final HandlerBudget budget = new HandlerBudget(Duration.ofMillis(500), 0);
  private long now;

  private boolean works(long ms) {
    now += ms * MS;
    return budget.spend(ms * MS, now);
  }

  private void rests(long ms) {
    now += ms * MS;
  }

  @Test
  void aSecondsWorthMayBeTakenAtOnceAndAgainAsTheTimeGoesBy() {
    assertThat(works(400)).isFalse();
    assertThat(budget.pause(now)).isZero();
    for (int i = 0; i < 100; i++) {
      rests(100);
      assertThat(works(90)).isFalse();
    }
    assertThat(budget.isThrottled(now)).isFalse();
  }

  @Test
  void whoTakesMorePaysWithBreaksForAsLongAsItHasTaken() {
    long worked = 0;
    long begun = 0;
    while (now < 60_000 * MS) {
      begun += works(7) ? 1 : 0;
      worked += 7;
      rests(budget.pause(now));
    }
    assertThat(begun).as("told once").isEqualTo(1);
    assertThat(budget.isThrottled(now)).isTrue();
    assertThat(worked).isBetween(29_500L, 30_600L);
    rests(600);
    assertThat(budget.isThrottled(now)).isFalse();
    assertThat(budget.runawayFor(now)).isZero();
  }

  @Test
  void manyShortCallsAreNoRunawayHoweverMany() {
    for (int i = 0; i < 10_000; i++) {
      works(50);
    }
    assertThat(budget.isThrottled(now)).isTrue();
    assertThat(budget.runawayFor(now)).isZero();
  }

  @Test
  void callsThatTakeAllOfItOneAfterTheOtherAreARunaway() {
    for (int i = 0; i < 2; i++) {
      works(800);
      assertThat(budget.runawayFor(now)).isZero();
      rests(budget.pause(now));
    }
    works(50);
    works(900);
    assertThat(budget.runawayFor(now)).isEqualTo(now / MS);
    rests(budget.pause(now));
    works(900);
    assertThat(budget.runawayFor(now)).isEqualTo(now / MS);
    budget.forgetRunaway();
    assertThat(budget.runawayFor(now)).isZero();
  }

  @Test
  void oneLongCallIsForgottenThoughItIsThrottledOn() {
    works(900);
    for (int i = 0; i < 1000; i++) {
      works(20);
    }
    assertThat(budget.isThrottled(now)).isTrue();
    assertThat(budget.runawayFor(now)).isZero();
  }

  @Test
  void withoutABoundNothingIsTooMuch() {
    HandlerBudget none = new HandlerBudget(Duration.ZERO, 0);
    assertThat(none.spend(3_600_000 * MS, 3_600_000 * MS)).isFalse();
    assertThat(none.pause(3_600_000 * MS)).isZero();
    assertThat(none.isThrottled(3_600_000 * MS)).isFalse();
  }
}
