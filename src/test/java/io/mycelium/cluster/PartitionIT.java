package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mycelium.testing.Authority;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Namespaces;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real partitions: each node is in a network namespace of its own, whose link is taken down. */
class PartitionIT {
  private static final int PORT = 14_202;
  private static final int NODES = 3;

  @TempDir Path folder;

  private Namespaces network;
  private Authority authority;
  private final List<MemberProcess> members = new ArrayList<>();

  @BeforeEach
  void start() {
    network = Namespaces.make("mycp", 118, NODES);
    assumeTrue(network != null, "network namespaces are not permitted here");
    authority = new Authority(folder, "ours");
    for (int i = 1; i <= NODES; i++) {
      // One after the other: the first leads the engine, and then the second.
      members.add(launch(i));
    }
    everybodyHearsEverybody();
  }

  private MemberProcess launch(int number) {
    MemberProcess launched = member(number, authority).launch();
    launched.await(line -> line.startsWith("up in "));
    return launched;
  }

  @AfterEach
  void stop() {
    members.forEach(MemberProcess::close);
    if (network != null) {
      network.close();
    }
  }

  private MemberProcess.Builder member(int number, Authority authority) {
    String[] all = new String[NODES];
    for (int i = 1; i <= NODES; i++) {
      all[i - 1] = network.address(i) + ":" + PORT;
    }
    return new MemberProcess.Builder("n" + number, network.address(number), PORT, all)
        .in(network.name(number))
        .tls(authority.sign("n" + number));
  }

  private MemberProcess member(int number) {
    return members.get(number - 1);
  }

  private void everybodyHearsEverybody() {
    for (int i = 1; i <= NODES; i++) {
      member(i).awaitNodes(others(i));
      for (int j = 1; j <= NODES; j++) {
        if (i != j) {
          member(i).awaitAnswerOf("n" + j);
        }
      }
    }
  }

  private static long since(long nanos) {
    return (System.nanoTime() - nanos) / 1_000_000;
  }

  private static String others(int number) {
    TreeSet<String> others = new TreeSet<>();
    for (int i = 1; i <= NODES; i++) {
      if (i != number) {
        others.add("n" + i);
      }
    }
    return others.stream().collect(Collectors.joining(","));
  }

  /** The one that is cut off is the oldest first, which leads the engine, and then another. */
  @Test
  void afterAPartitionHealsAllDirectionsWork() {
    for (int cut : new int[] {1, 3}) {
      int first = cut == 1 ? 2 : 1;
      int second = cut == 3 ? 2 : 3;
      network.cut(cut);
      long began = System.nanoTime();
      member(first).awaitNodes("n" + second);
      member(second).awaitNodes("n" + first);
      Figures.log("n%d was cut off; the two others noticed after %d ms", cut, since(began));
      member(cut).awaitNodes("");
      Figures.log("and it itself after %d ms", since(began));
      assertThat(member(first).ask("n" + second)).startsWith("answer");
      assertThat(member(first).ask("n" + cut)).startsWith("no answer");
      assertThat(member(cut).ask("n" + first)).startsWith("no answer");

      network.heal(cut);
      long healed = System.nanoTime();
      everybodyHearsEverybody();
      Figures.log("healed in all directions after %d ms", since(healed));
    }
  }

  /** The second one claims the lead while the third still follows the first. */
  @Test
  void whoHearsOfTheLeadersDeathLaterThanOthersStaysAMember() {
    network.lose(1, 3);
    member(1).kill();
    long killed = System.nanoTime();
    member(2).awaitNodes("n3");
    member(3).awaitNodes("n2");
    Figures.log("the leader is gone for both after %d ms", since(killed));
    member(2).awaitAnswerOf("n3");
    member(3).awaitAnswerOf("n2");
    assertThat(member(2).log()).doesNotContain("has left, 1 nodes");
    assertThat(member(3).log()).doesNotContain("has left, 1 nodes");
  }

  @Test
  void aCutThatIsOverBeforeItIsNoticedChangesNothing() {
    network.cut(2);
    assertThat(member(1).ask("n2")).startsWith("no answer");
    network.heal(2);
    everybodyHearsEverybody();
  }

  @Test
  void aNodeThatIsHeardAndHearsNobodyIsGoneAndComesBack() {
    network.deafen(2);
    member(1).awaitNodes("n3");
    member(3).awaitNodes("n1");
    assertThat(member(1).ask("n3")).startsWith("answer");
    assertThat(member(2).ask("n1")).startsWith("no answer");

    network.hearAgain(2);
    everybodyHearsEverybody();
  }
}
