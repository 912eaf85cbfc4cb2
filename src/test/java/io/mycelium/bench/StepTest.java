package io.mycelium.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StepTest {
  private static final int DAY = 86_400;

  /** An hour took more memory than there was, second by second. */
  @Test
  void aDayHasALineThatAPictureCanShow() {
    Step step = new Step(1, 0, DAY);
    for (int second = 0; second < DAY; second++) {
      long due = TimeUnit.SECONDS.toNanos(second);
      step.pushed(due, due);
      step.delivered(due, due + 1_000_000);
    }
    step.pushed(TimeUnit.SECONDS.toNanos(DAY), 0);
    assertThat(step.sent).isEqualTo(DAY);
    assertThat(step.line).hasSize(600);
    assertThat(step.interval).isEqualTo(DAY / 600);
    assertThat(step.line).allSatisfy(part -> assertThat(part.pushes).isEqualTo(DAY / 600));
    assertThat(step.line.get(599).deliveries.getTotalCount()).isEqualTo(DAY / 600);
    assertThat(step.json().getInteger("line_interval_s")).isEqualTo(DAY / 600);
  }

  @Test
  void aShortOneHasAPointForEachSecond() {
    Step step = new Step(1, 0, 10);
    step.pushed(TimeUnit.SECONDS.toNanos(9), 0);
    assertThat(step.interval).isEqualTo(1);
    assertThat(step.line).hasSize(10);
    assertThat(step.line.get(9).pushes).isEqualTo(1);
  }

  /** 601 seconds are 301 points of two seconds, the last of one. */
  @Test
  void aLengthThatIsNoMultipleEndsWithAShorterPoint() {
    Step step = new Step(1, 0, 601);
    step.pushed(TimeUnit.SECONDS.toNanos(600), 0);
    assertThat(step.line).hasSize(301);
    assertThat(step.line.get(300).pushes).isEqualTo(1);
  }
}
