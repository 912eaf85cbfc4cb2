package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Authority;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Quiet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buses in processes of their own, each on a loopback address of its own. */
class MembershipIT {
  private static final int PORT = 14_002;
  private static final Predicate<String> UP = line -> line.startsWith("up in ");
  private static final String[] ALL = {
    "127.0.18.1:14002", "127.0.18.2:14002", "127.0.18.3:14002", "127.0.18.4:14002"
  };

  private static final String[] EIGHT =
      IntStream.rangeClosed(1, 8)
          .mapToObj(i -> "127.0.18." + i + ":" + PORT)
          .toArray(String[]::new);

  @TempDir Path folder;

  private static MemberProcess.Builder member(int number) {
    return member(number, ALL);
  }

  private static MemberProcess.Builder member(int number, String[] members) {
    return new MemberProcess.Builder("n" + number, "127.0.18." + number, PORT, members);
  }

  @Test
  @Quiet
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
      one.awaitUnheard("n3");
    }
  }

  /** A stack trace each took seconds of the failover. */
  @Test
  void whatCouldNotBeSentToALostNodeIsCountedAndNotLogged() {
    try (MemberProcess one = member(1).start();
        MemberProcess two = member(2).start()) {
      one.awaitAnswerOf("n2");
      two.pause();
      one.flood("n2");
      two.kill();
      one.awaitMeter("mycelium_cluster_unsent_messages_total");
      one.awaitNodes("");
      assertThat(one.log()).doesNotContain("Promise already completed");
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

  /** Each is one member under one id, however many start together or die together. */
  @Test
  void eightThatStartAtOnceFindEachOtherAndThreeThatAreKilledAtOnceLeaveNoAddressBehind() {
    List<MemberProcess> all = new ArrayList<>();
    try {
      IntStream.rangeClosed(1, 8).forEach(i -> all.add(member(i, EIGHT).launch()));
      all.forEach(each -> each.await(UP));
      for (int i = 1; i <= 8; i++) {
        all.get(i - 1).awaitNodes(ids(i, 1, 8));
        all.get(i - 1).awaitAnswerOf("n" + (i % 8 + 1));
      }
      List<MemberProcess> killed = List.copyOf(all.subList(5, 8));
      killed.forEach(MemberProcess::killSoon);
      all.removeAll(killed);
      for (int i = 1; i <= 5; i++) {
        all.get(i - 1).awaitNodes(ids(i, 1, 5));
      }
      IntStream.rangeClosed(11, 13)
          .forEach(
              i ->
                  all.add(
                      new MemberProcess.Builder("m" + i, "127.0.18." + (i - 5), PORT, EIGHT)
                          .launch()));
      all.subList(5, 8).forEach(each -> each.await(UP));
      for (MemberProcess each : all) {
        for (String gone : List.of("n6", "n7", "n8")) {
          each.awaitUnheard(gone);
        }
      }
      all.get(5).awaitAnswerOf("n1");
      all.get(0).awaitAnswerOf("m13");
    } finally {
      all.forEach(MemberProcess::close);
    }
  }

  private static String ids(int without, int from, int to) {
    return IntStream.rangeClosed(from, to)
        .filter(i -> i != without)
        .mapToObj(i -> "n" + i)
        .collect(Collectors.joining(","));
  }
}
