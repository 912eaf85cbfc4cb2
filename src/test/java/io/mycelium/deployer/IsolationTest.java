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
 * other things is so for both. Load and server share the machine's cores.
 */
@Quiet
class IsolationTest {
  private static final int ROUNDS = Integer.getInteger("isolation.rounds", 3);
  private static final int MS = Integer.getInteger("isolation.ms", 3000);

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
                "JDK_JAVA_OPTIONS", System.getProperty("isolation.flags", "-Xmn16m")));
    List<String> names = IntStream.range(0, 50).mapToObj(i -> "quiet" + i).toList();
    names.forEach(name -> create(name, "accumulative"));
    quiet = new Neighbours(server.port(), names);
    quiet.measure(5000);
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

  @AfterEach
  void close() {
    quiet.close();
    server.close();
    TestNode.await(vertx.close());
  }

  /** Medians over all rounds, in milliseconds. */
  private record Result(double p50, double p99, double p50Beside, double p99Beside) {
    double ratio() {
      return p99Beside / p99;
    }
  }

  private Result beside(String name, Consumer<Hogs> hog) {
    List<long[]> alone = new ArrayList<>();
    List<long[]> beside = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      alone.add(quiet.measure(MS));
      try (Hogs hogs = new Hogs(server.port())) {
        hog.accept(hogs);
        TestNode.await(vertx.timer(1000));
        beside.add(quiet.measure(MS));
      }
      TestNode.await(vertx.timer(1000));
    }
    Result found =
        new Result(median(alone, 50), median(alone, 99), median(beside, 50), median(beside, 99));
    Figures.log(
        "50 quiet instances beside %s: p50 %.2f ms, alone %.2f; p99 %.2f ms, alone %.2f: %.2f times",
        name, found.p50Beside, found.p50, found.p99Beside, found.p99, found.ratio());
    return found;
  }

  private static double median(List<long[]> rounds, int percent) {
    double[] each =
        rounds.stream().mapToDouble(took -> took[took.length * percent / 100] / 1e6).toArray();
    Arrays.sort(each);
    return each[each.length / 2];
  }

  private static final String SPIN = "{\"spin\":20}";
  private static final String WAIT = "{\"wait\":20}";
  private static final String ALLOCATE = "{\"allocate\":20}";

  private static Stream<String> names(String of) {
    return IntStream.range(0, 6).mapToObj(i -> of + i);
  }

  @Test
  void measured() {
    Stream.of("spin", "wait").flatMap(IsolationTest::names).forEach(id -> create(id, "hog"));
    create("allocate", "hog");
    Stream.of("slow", "flood").forEach(id -> create(id, "accumulative"));
    beside("nothing", hogs -> {});
    beside("one that spins", hogs -> hogs.push("spin0", SPIN, 8));
    beside("six that spin", hogs -> names("spin").forEach(id -> hogs.push(id, SPIN, 8)));
    beside("six that wait", hogs -> names("wait").forEach(id -> hogs.push(id, WAIT, 8)));
    beside("one that allocates", hogs -> hogs.push("allocate", ALLOCATE, 8));
    beside("200 slow readers", hogs -> hogs.slowReaders("slow", 200));
    beside("one that is flooded", hogs -> hogs.push("flood", "{\"x\":1}", 500));
    beside("all of them", this::all);
    Figures.log("%s", server.log());
    assertThat(server.isAlive()).isTrue();
  }

  private void all(Hogs hogs) {
    hogs.push("spin0", SPIN, 8);
    hogs.push("allocate", ALLOCATE, 8);
    hogs.slowReaders("slow", 200);
    hogs.push("flood", "{\"x\":1}", 500);
  }
}
