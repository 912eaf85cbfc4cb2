package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Three restarts in five seconds are allowed. */
class RestartIntensityTest {
  private final RestartIntensity intensity = new RestartIntensity(3, Duration.ofSeconds(5));

  private LongStream crashesAt(long... seconds) {
    return LongStream.of(seconds).filter(second -> intensity.exceededBy(second * 1000));
  }

  @Test
  void theFourthCrashWithinTheWindowIsOneTooMany() {
    assertThat(crashesAt(0, 1, 2, 3)).containsExactly(3L);
  }

  @Test
  void crashesThatAreFarEnoughApartNeverAddUp() {
    assertThat(crashesAt(0, 2, 4, 6, 8)).isEmpty();
  }

  @Test
  void aCrashCountsUntilTheWindowIsOver() {
    assertThat(intensity.exceededBy(0)).isFalse();
    assertThat(intensity.exceededBy(1)).isFalse();
    assertThat(intensity.exceededBy(2)).isFalse();
    assertThat(intensity.exceededBy(5000)).as("the first is 5 s old").isTrue();
    assertThat(intensity.exceededBy(5003)).as("three of the four are older").isFalse();
  }
}
