package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class OpsConfigTest {
  @Test
  void wrongValueIsNamedWithWhatWasExpected() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(-1, "text", Duration.ofSeconds(20)))
        .withMessage("ops.management_port is -1, expected a number from 0 to 65535");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(0, "xml", Duration.ofSeconds(20)))
        .withMessage("ops.log_format is xml, expected one of text, json");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> config(0, "text", Duration.ZERO))
        .withMessage("ops.drain_timeout is PT0S, expected a duration from PT0.1S to PT1H");
  }

  private static OpsConfig config(int port, String logFormat, Duration drainTimeout) {
    return new OpsConfig(
        "::", port, logFormat, "info", drainTimeout, 1, Duration.ofMillis(1), Duration.ZERO);
  }
}
