package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.cluster.PeerCredit.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PeerCreditTest {
  private final PeerCredit credit = new PeerCredit(1000, 5000);

  @Test
  void bytesToOneNodeAreBoundedAndThoseToAnotherNotTouched() {
    assertThat(credit.take("a", 600)).isNotNull();
    assertThat(credit.take("a", 400)).isNotNull();
    assertThat(credit.take("a", 1)).isNull();
    assertThat(credit.take("b", 1000)).isNotNull();
    assertThat(credit.unacked()).isEqualTo(2000);
  }

  @Test
  void oneAcknowledgementCoversAllBeforeIt() {
    credit.take("a", 300);
    credit.take("a", 300);
    Grant third = credit.take("a", 400);
    credit.acked("a", third);
    assertThat(credit.unacked()).isZero();
    assertThat(credit.take("a", 1000)).isNotNull();
  }

  @Test
  void anOldAcknowledgementAndOneTwiceChangeNothing() {
    Grant first = credit.take("a", 500);
    Grant second = credit.take("a", 500);
    credit.acked("a", second);
    credit.acked("a", first);
    credit.acked("a", second);
    assertThat(credit.unacked()).isZero();
    assertThat(credit.take("a", 1000)).isNotNull();
    assertThat(credit.take("a", 1)).isNull();
  }

  @Test
  void aMessageLargerThanTheCreditGoesAloneAndOneLargerThanAFrameNever() {
    assertThat(credit.take("a", 5001)).isNull();
    Grant large = credit.take("a", 5000);
    assertThat(large).isNotNull();
    assertThat(credit.take("a", 1)).isNull();
    credit.acked("a", large);
    assertThat(credit.take("a", 1)).isNotNull();
    assertThat(credit.take("a", 5000)).isNull();
  }

  @Test
  void aNodeThatLeavesAndComesBackHasItsWholeCreditAndNoOldAcknowledgement() {
    Grant before = credit.take("a", 700);
    credit.forget("a");
    assertThat(credit.unacked()).isZero();
    Grant after = credit.take("a", 900);
    credit.acked("a", before);
    assertThat(credit.unacked()).isEqualTo(900);
    assertThat(after.line()).isNotEqualTo(before.line());
  }

  @Test
  void onlyWhoOwesAnAcknowledgementForLongIsSilent() {
    Grant first = credit.take("a", 100);
    credit.take("b", 100);
    credit.take("a", 100);
    assertThat(credit.silent(2)).isEmpty();
    credit.acked("a", first);
    assertThat(credit.silent(2)).extracting(PeerCredit.Silent::node).containsExactly("b");
    assertThat(credit.silent(2)).extracting(PeerCredit.Silent::node).containsExactly("b");
    assertThat(credit.silent(2))
        .extracting(PeerCredit.Silent::node)
        .containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void threadsThatTakeAtOnceNeverGetMoreThanThereIs() throws Exception {
    PeerCredit shared = new PeerCredit(10_000, 10_000);
    AtomicLong taken = new AtomicLong();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      Thread thread =
          new Thread(
              () -> {
                while (shared.take("a", 7) != null) {
                  taken.addAndGet(7);
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(taken.get()).isEqualTo(9996).isEqualTo(shared.unacked());
  }
}
