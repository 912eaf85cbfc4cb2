package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.ConnectionMeters;
import io.mycelium.testing.TestNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Meters that let a test wait until the server is done with a connection. */
final class Closings implements ConnectionMeters {
  private final LinkedBlockingQueue<String> reasons = new LinkedBlockingQueue<>();

  @Override
  public void connectionClosed(String reason) {
    reasons.add(reason);
  }

  /** The reason for which the next connection ended. */
  public String await() {
    try {
      String reason = reasons.poll(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertThat(reason).as("no connection ended").isNotNull();
      return reason;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits until a connection ends for that reason; the ends of others are forgotten. */
  public void await(String reason) {
    List<String> others = new ArrayList<>();
    for (String each = await(); !each.equals(reason); each = await()) {
      others.add(each);
      assertThat(others).as("none ended for " + reason).hasSizeLessThan(1000);
    }
  }

  /** The reason for which another connection ended already; null if none did. */
  public String poll() {
    return reasons.poll();
  }
}
