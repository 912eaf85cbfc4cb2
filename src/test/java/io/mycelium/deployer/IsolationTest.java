package io.mycelium.deployer;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.room.spi.RoomType;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Quiet;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.TestNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 50 instances that do little, beside one that takes what it can get: how much longer the answers
 * of the 50 take. Measured in turn, without it and with it, so that a machine that is busy with
 * other things is so for both. Load and server share the machine's cores. docs/performance.md says
 * what came of it.
 */
@Quiet
class IsolationTest {
  private static final int ROUNDS = Integer.getInteger("isolation.rounds", 3);
  private static final int MS = Integer.getInteger("isolation.ms", 1000);
  private static final int SETTLE_MS = 500;
  private static final int WARM_MS = 4000;

  private static final String SPIN = "{\"spin\":20}";
  private static final String WAIT = "{\"wait\":20}";
  private static final String ALLOCATE = "{\"allocate\":20}";
  private static final String SMALL = "{\"x\":1}";

  /** Without turns, six of them made a quiet one wait 15 ms for a thread. */
  private static final int HOGS = 6;

  /** How much longer the answers may take, beside what they take alone: half of them. */
  private static final double MORE_P50_MS = 5;

  /** Likewise 99 of 100: so many times, and a turn or two of those that are busy. */
  private static final double TIMES_P99 = 3;

  private static final double MORE_P99_MS = 45;

  private final Vertx vertx = Vertx.vertx();
  private ServerProcess server;
  private Neighbours quiet;

  @BeforeEach
  void start(@TempDir Path folder) throws IOException {
    jar(folder.resolve("hog.jar"));
    server =
        ServerProcess.withoutTests(
            0,
            Map.of(
                "MYCELIUM_JOURNAL_URL", "memory:",
                "MYCELIUM_INSTANCES_PLUGINS_DIR", folder.toString(),
                "JDK_JAVA_OPTIONS", "-Xmn16m"));
    List<String> names = IntStream.range(0, 50).mapToObj(i -> "quiet" + i).toList();
    names.forEach(name -> create(name, "accumulative"));
    Stream.of(SPIN, WAIT).flatMap(IsolationTest::hogs).forEach(id -> create(id, "hog"));
    create("allocate", "hog");
    Stream.of("slow", "flood").forEach(id -> create(id, "accumulative"));
    quiet = new Neighbours(server.port(), names);
    quiet.measure(WARM_MS);
  }

  private static void jar(Path file) throws IOException {
    Path classes = Path.of("target", "test-classes");
    String name = HogType.class.getName().replace('.', '/');
    try (OutputStream out = Files.newOutputStream(file);
        JarOutputStream jar = new JarOutputStream(out)) {
      for (String each : List.of(name, name + "$Logic")) {
        jar.putNextEntry(new ZipEntry(each + ".class"));
        jar.write(Files.readAllBytes(classes.resolve(each + ".class")));
      }
      jar.putNextEntry(new ZipEntry("META-INF/services/" + RoomType.class.getName()));
      jar.write(HogType.class.getName().getBytes(StandardCharsets.UTF_8));
    }
  }

  private void create(String id, String type) {
    server.request(
        "POST",
        "/instances",
        "{\"id\":\"ID\",\"type\":\"TYPE\",\"config\":{\"presence\":\"off\",\"durability\":\"none\"}}"
            .replace("ID", id)
            .replace("TYPE", type));
  }

  /** Ids of the instances to which such pushes go. */
  private static Stream<String> hogs(String push) {
    return IntStream.range(0, HOGS).mapToObj(i -> push.replaceAll("[^a-z]", "") + i);
  }

  @AfterEach
  void close() {
    quiet.close();
    server.close();
    TestNode.await(vertx.close());
  }

  /** Medians over all rounds, in milliseconds. */
  private record Result(double p50, double p99, double p50Beside, double p99Beside) {}

  private void beside(String name, Consumer<Hogs> begin) {
    List<long[]> alone = new ArrayList<>();
    List<long[]> beside = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      alone.add(quiet.measure(MS));
      try (Hogs hogs = new Hogs(server.port())) {
        begin.accept(hogs);
        TestNode.await(vertx.timer(SETTLE_MS));
        beside.add(quiet.measure(MS));
      }
      TestNode.await(vertx.timer(SETTLE_MS));
    }
    Result r =
        new Result(median(alone, 50), median(alone, 99), median(beside, 50), median(beside, 99));
    Figures.log(
        "50 quiet instances beside %-19s p50 %6.2f ms, alone %5.2f; p99 %6.2f ms, alone %6.2f: %.2f times",
        name, r.p50Beside, r.p50, r.p99Beside, r.p99, r.p99Beside / r.p99);
    assertThat(r.p50Beside).as("p50 beside %s", name).isLessThan(r.p50 + MORE_P50_MS);
    assertThat(r.p99Beside).as("p99 beside %s", name).isLessThan(r.p99 * TIMES_P99 + MORE_P99_MS);
  }

  private static double median(List<long[]> rounds, int percent) {
    double[] each =
        rounds.stream().mapToDouble(took -> took[took.length * percent / 100] / 1e6).toArray();
    Arrays.sort(each);
    return each[each.length / 2];
  }

  @Test
  void whateverOneDoesTheOthersAnswerOn() {
    beside("nothing", hogs -> {});
    beside("one that spins", hogs -> hogs.push("spin0", SPIN, 8));
    beside("six that spin", hogs -> hogs(SPIN).forEach(id -> hogs.push(id, SPIN, 8)));
    beside("six that wait", hogs -> hogs(WAIT).forEach(id -> hogs.push(id, WAIT, 8)));
    beside("one that allocates", hogs -> hogs.push("allocate", ALLOCATE, 8));
    beside("200 slow readers", hogs -> hogs.slowReaders("slow", 200));
    beside("one that is flooded", hogs -> hogs.push("flood", SMALL, 500));
    beside(
        "four of these",
        hogs -> {
          hogs.push("spin0", SPIN, 8);
          hogs.push("allocate", ALLOCATE, 8);
          hogs.slowReaders("slow", 200);
          hogs.push("flood", SMALL, 500);
        });
    assertThat(server.isAlive()).isTrue();
  }
}
