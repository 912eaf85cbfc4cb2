package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Authority;
import io.mycelium.testing.Figures;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buses in processes of their own, each on a loopback address of its own. */
class MembershipIT {
  private static final int PORT = 14_002;
  private static final Predicate<String> UP = line -> line.startsWith("up in ");
  private static final String[] ALL = {
    "127.0.18.1:14002", "127.0.18.2:14002", "127.0.18.3:14002", "127.0.18.4:14002"
  };

  @TempDir Path folder;

  private static MemberProcess.Builder member(int number) {
    return new MemberProcess.Builder("n" + number, "127.0.18." + number, PORT, ALL);
  }

  @Test
  void threeNodesFindEachOtherAndNoticeOneThatIsKilled() {
    Authority authority = new Authority(folder, "ours");
    try (MemberProcess one = member(1).tls(authority.sign("one")).start();
        MemberProcess two = member(2).tls(authority.sign("two")).launch();
        MemberProcess three = member(3).tls(authority.sign("three")).launch()) {
      Figures.log("two nodes join one at once: %s, %s", two.await(UP), three.await(UP));
      one.awaitNodes("n2,n3");
      two.awaitNodes("n1,n3");
      three.awaitNodes("n1,n2");
      one.awaitAnswerOf("n2");
      two.awaitAnswerOf("n3");
      three.awaitAnswerOf("n1");

      three.kill();
      long killed = System.nanoTime();
      one.await("left n3");
      two.await("left n3");
      Duration noticed = Duration.ofNanos(System.nanoTime() - killed);
      Figures.log("kill -9 noticed by both others after %d ms", noticed.toMillis());
      assertThat(noticed).isLessThan(Duration.ofSeconds(4));
      assertThat(one.ask("n3")).contains("No handlers");
    }
  }

  @Test
  void nodesThatStartAllAtOnceBecomeOneCluster() {
    try (MemberProcess one = member(1).launch();
        MemberProcess two = member(2).launch();
        MemberProcess three = member(3).launch()) {
      List.of(one, two, three).forEach(each -> each.await(UP));
      one.awaitNodes("n2,n3");
      two.awaitNodes("n1,n3");
      three.awaitNodes("n1,n2");
      one.awaitAnswerOf("n3");
      three.awaitAnswerOf("n2");
      two.awaitAnswerOf("n1");
    }
  }

  @Test
  void aNodeThatTakesAnotherIdIsKnownByItAndByNoOther() {
    try (MemberProcess one = member(1).start();
        MemberProcess two = member(2).start()) {
      one.awaitNodes("n2");
      two.tell("rename n9", "renamed n9"::equals);
      one.await("left n2");
      one.await("joined n9");
      assertThat(one.nodes()).isEqualTo("n9");
    }
  }

  /** Two halves of a cluster that come together may forget who listens where. */
  @Test
  void addressesThatTheEngineForgetsAreThereAgainWithoutAnEvent() {
    try (MemberProcess one = member(1).start();
        MemberProcess two = member(2).start()) {
      one.awaitAnswerOf("n2");
      two.awaitAnswerOf("n1");
      one.tell("forget", "forgotten"::equals);
      one.awaitAnswerOf("n2");
      two.awaitAnswerOf("n1");
      String meters = two.tell("meters", line -> line.startsWith("meters "));
      assertThat(meters).contains("mycelium_cluster_nodes 2.0");
      try (MemberProcess three = member(3).start()) {
        three.awaitNodes("n1,n2");
        three.awaitAnswerOf("n1");
        two.awaitAnswerOf("n3");
      }
    }
  }

  @Test
  void tenThousandInstancesAreNotTheEnginesConcern() {
    try (MemberProcess one = member(1).start()) {
      String registered = one.tell("instances 10000", line -> line.startsWith("registered "));
      assertThat(Integer.parseInt(registered.split(" ")[1])).isBetween(1, 20);
    }
  }

  @Test
  void aPodThatTakesTheAddressOfOneThatWasKilledIsHeard() {
    try (MemberProcess one = member(1).start()) {
      for (String id : List.of("a", "b", "c")) {
        MemberProcess.Builder next = new MemberProcess.Builder(id, "127.0.18.2", PORT, ALL);
        try (MemberProcess two = next.start()) {
          one.awaitAnswerOf(id);
          two.awaitAnswerOf("n1");
        }
      }
      one.awaitNodes("");
    }
  }

  @Test
  void severalNodesThatAreKilledAtOnceLeaveNoAddressBehind() {
    try (MemberProcess one = member(1).start();
        MemberProcess two = member(2).launch();
        MemberProcess three = member(3).launch()) {
      two.await(UP);
      three.await(UP);
      one.awaitAnswerOf("n2");
      one.awaitAnswerOf("n3");
      two.kill();
      three.kill();
      one.awaitNodes("");
      try (MemberProcess four = member(4).start()) {
        assertThat(four.nodes()).isEqualTo("n1");
        assertThat(four.ask("n2")).contains("No handlers");
        assertThat(four.ask("n3")).contains("No handlers");
        assertThat(one.ask("n2")).contains("No handlers");
        four.awaitAnswerOf("n1");
        one.awaitAnswerOf("n4");
      }
    }
  }
}
