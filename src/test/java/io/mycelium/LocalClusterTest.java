package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.FreePorts;
import io.mycelium.testing.Signals;
import io.mycelium.testing.TestNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code examples/cluster}, as the README has it, with the classes of this build. */
class LocalClusterTest {
  private static final Pattern NODE =
      Pattern.compile("node \\d: http://localhost:(\\d+)/.*, process (\\d+), .*");

  @TempDir Path folder;

  private final int port = FreePorts.inRow(31);
  private final List<String> said = new ArrayList<>();

  private Process run() throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("examples/cluster/run", "--port", Integer.toString(port))
            .redirectErrorStream(true);
    builder.environment().put("TMPDIR", folder.toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("POSTGRES_BIN", Postgres.programs().toString());
    builder
        .environment()
        .put(
            "CLUSTER_SERVER",
            Path.of(System.getProperty("java.home"), "bin", "java")
                + " -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx256m -cp "
                + System.getProperty("java.class.path")
                + " io.mycelium.Main");
    return builder.start();
  }

  private String awaitLine(BufferedReader output, String beginning) throws IOException {
    String line = output.readLine();
    while (line != null) {
      said.add(line);
      if (line.startsWith(beginning)) {
        return line;
      }
      line = output.readLine();
    }
    throw new AssertionError(String.join("\n", said));
  }

  @Test
  void threeNodesTalkAndAllIsGoneAfterwards() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Process cluster = run();
    List<ProcessHandle> all = new ArrayList<>();
    try {
      BufferedReader output = cluster.inputReader();
      for (int i = 0; i < 3; i++) {
        Matcher node = NODE.matcher(awaitLine(output, "node "));
        assertThat(node.matches()).isTrue();
        assertThat(node.group(1)).isEqualTo(Integer.toString(port + 10 * i));
        assertThat(ProcessHandle.of(Long.parseLong(node.group(2)))).isPresent();
      }
      awaitLine(output, "three nodes are ready");
      all.addAll(cluster.descendants().toList());
      assertThat(all).hasSizeGreaterThan(3);
      for (int i = 0; i < 3; i++) {
        String metrics = get("http://127.0.0.1:" + (port + 10 * i + 1) + "/metrics");
        assertThat(metrics).contains("\nmycelium_cluster_nodes 3.0\n");
      }
      assertThat(talk())
          .hasSize(3)
          .allMatch(
              line ->
                  line.matches(
                      "\\d: said on \\d+, heard on \\d+ after \\d+ ms, on \\d+ after \\d+ ms, on"
                          + " \\d+ after \\d+ ms"));
      Signals.interrupt(cluster);
      awaitLine(output, "ending");
      assertThat(cluster.waitFor(TestNode.PATIENCE.toSeconds() * 3, TimeUnit.SECONDS)).isTrue();
      assertThat(cluster.exitValue()).isZero();
      assertThat(all).noneMatch(ProcessHandle::isAlive);
      try (Stream<Path> left = Files.list(folder)) {
        assertThat(left).isEmpty();
      }
    } finally {
      all.addAll(cluster.descendants().toList());
      cluster.destroy();
      all.forEach(ProcessHandle::destroyForcibly);
    }
  }

  private static String get(String uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private List<String> talk() throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("examples/cluster/Talk.java", "3"));
    for (int i = 0; i < 3; i++) {
      command.add(Integer.toString(port + 10 * i));
    }
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    Process talk = builder.start();
    List<String> lines = talk.inputReader().lines().toList();
    assertThat(talk.waitFor()).as(String.join("\n", lines)).isZero();
    return lines;
  }
}
