package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Authority;
import io.mycelium.testing.Figures;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Buses in processes of their own, each on a loopback address of its own. */
class MembershipIT {
  private static final int PORT = 14_002;
  private static final String[] ALL = {"127.0.18.1:14002", "127.0.18.2:14002", "127.0.18.3:14002"};

  @TempDir Path folder;

  private static MemberProcess.Builder member(int number) {
    return new MemberProcess.Builder("n" + number, "127.0.18." + number, PORT, ALL);
  }

  @Test
  void threeNodesFindEachOtherAndOneThatIsKilledIsNoticedWithinASecondOrTwo() {
    Authority authority = new Authority(folder, "ours");
    try (MemberProcess one = member(1).tls(authority.sign("one")).start();
        MemberProcess two = member(2).tls(authority.sign("two")).launch();
        MemberProcess three = member(3).tls(authority.sign("three")).launch()) {
      for (MemberProcess late : new MemberProcess[] {two, three}) {
        Figures.log("a second or third node: %s", late.await(line -> line.startsWith("up in ")));
      }
      one.awaitNodes("n2,n3");
      two.awaitNodes("n1,n3");
      three.awaitNodes("n1,n2");
      assertThat(one.ask("n2")).startsWith("answer");
      assertThat(two.ask("n3")).startsWith("answer");
      assertThat(three.ask("n1")).startsWith("answer");

      three.kill();
      long killed = System.nanoTime();
      one.await("left n3");
      two.await("left n3");
      Duration noticed = Duration.ofNanos(System.nanoTime() - killed);
      Figures.log("kill -9 noticed by all after %d ms", noticed.toMillis());
      assertThat(noticed).isLessThan(Duration.ofSeconds(4));
      assertThat(one.ask("n3")).contains("No handlers");
    }
  }
}
