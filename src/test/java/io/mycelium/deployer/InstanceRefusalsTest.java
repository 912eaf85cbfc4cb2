package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Fenced;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import org.junit.jupiter.api.Test;

class InstanceRefusalsTest {
  /** It was answered {@code internal}: the checker pushed over REST to a node that joins anew. */
  @Test
  void aNodeWithoutALeaseSaysThatTheSameRequestMaySucceedLater() {
    Throwable told = InstanceRefusals.unlessOwned(Fenced.byOwner("chat", null, null));
    assertThat(told).isInstanceOf(Refusal.class);
    assertThat(((Refusal) told).code()).isEqualTo(ErrorCode.INSTANCE_RESTARTING);
    assertThat(((Refusal) told).code().retryable()).isTrue();
  }

  @Test
  void otherFailuresStayAsTheyAre() {
    Throwable other = new IllegalStateException("other");
    assertThat(InstanceRefusals.unlessOwned(other)).isSameAs(other);
  }
}
