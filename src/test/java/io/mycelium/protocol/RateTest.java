package io.mycelium.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The arithmetic of the token bucket. */
class RateTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @Test
  void theBurstPassesAtOnceAndNotOneMore() {
    Rate rate = Rate.of(10, 5);
    long full = 0;
    for (int i = 0; i < 5; i++) {
      full = rate.after(full, 0, 1);
      assertThat(full).isNotEqualTo(Rate.OVER);
    }
    assertThat(rate.after(full, 0, 1)).isEqualTo(Rate.OVER);
    assertThat(rate.retryAfterMs(full, 0, 1)).isEqualTo(100);
    assertThat(rate.after(full, SECOND / 10, 1)).isNotEqualTo(Rate.OVER);
  }

  @Test
  void aFullBucketGivesOneThingHoweverLarge() {
    Rate rate = Rate.of(1000, 1000);
    long full = rate.after(0, 0, 5000);
    assertThat(full).isEqualTo(5 * SECOND);
    assertThat(rate.after(full, SECOND, 1)).isEqualTo(Rate.OVER);
    assertThat(rate.retryAfterMs(full, SECOND, 5000)).isEqualTo(4000);
    assertThat(rate.after(full, 5 * SECOND, 5000)).isNotEqualTo(Rate.OVER);
  }

  @Test
  void noRateIsNeverOver() {
    Rate rate = Rate.of(0, 1);
    long full = 0;
    for (int i = 0; i < 1000; i++) {
      full = rate.after(full, 0, Integer.MAX_VALUE);
      assertThat(full).isNotEqualTo(Rate.OVER);
    }
  }

  /** The clock may have any origin, and may pass the largest long. */
  @Property
  void whateverIsTriedTheRateAndItsBurstHold(
      @ForAll @IntRange(min = 1, max = 100_000) int perSecond,
      @ForAll @IntRange(min = 1, max = 1000) int burst,
      @ForAll @LongRange(min = Long.MIN_VALUE / 2) long origin,
      @ForAll @LongRange(min = 1, max = 1_000_000) long step) {
    Rate rate = Rate.of(perSecond, burst);
    long full = origin;
    long taken = 0;
    for (int i = 0; i < 3000; i++) {
      long next = rate.after(full, origin + i * step, 1);
      if (next != Rate.OVER) {
        full = next;
        taken++;
      }
    }
    double fair = burst + 2999.0 * step * perSecond / SECOND;
    assertThat((double) taken).isLessThanOrEqualTo(fair * 1.001 + 1);
    if (burst > 1) {
      // A bucket of one forgets what came in since it was full.
      assertThat((double) taken).isGreaterThanOrEqualTo(Math.min(3000, fair * 0.999 - 2));
    }
  }

  @Property
  void whoWaitsAsLongAsToldGetsIt(
      @ForAll @IntRange(min = 1, max = 100_000) int perSecond,
      @ForAll @IntRange(min = 1, max = 1000) int burst,
      @ForAll @IntRange(min = 1, max = 5000) int units) {
    Rate rate = Rate.of(perSecond, burst);
    long full = 0;
    for (long next = full; next != Rate.OVER; next = rate.after(full, 0, 1)) {
      full = next;
      if (full > 3600 * SECOND) {
        break;
      }
    }
    long wait = TimeUnit.MILLISECONDS.toNanos(rate.retryAfterMs(full, 0, units));
    assertThat(rate.after(full, wait, units)).isNotEqualTo(Rate.OVER);
  }

  @Test
  void threadsThatShareABucketGetNoMoreThanItHolds() throws InterruptedException {
    Bucket bucket = new Bucket(Rate.of(1, 1000), 0);
    int[] taken = new int[4];
    Thread[] threads = new Thread[taken.length];
    for (int i = 0; i < threads.length; i++) {
      int own = i;
      threads[i] =
          new Thread(
              () -> {
                for (int n = 0; n < 1000; n++) {
                  taken[own] += bucket.take(0, 1) == 0 ? 1 : 0;
                }
              });
      threads[i].start();
    }
    int sum = 0;
    for (int i = 0; i < threads.length; i++) {
      threads[i].join();
      sum += taken[i];
    }
    assertThat(sum).isEqualTo(1000);
  }
}
