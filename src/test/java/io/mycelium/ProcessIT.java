package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.FreePorts;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.Tokens;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A node in its own process, as an operator starts and stops it. */
@Timeout(60)
class ProcessIT {
  private Process node;

  private List<String> jvmFlags = List.of();

  @TempDir private Path folder;

  @AfterEach
  void leaveNothingBehind() {
    node.destroyForcibly();
  }

  @Test
  void sigtermDrainsAndExitsWithZero() throws Exception {
    List<String> lines = startAndAwait("listening", "serve", "--port", "0");
    assertThat(lines).hasSize(1);
    // Process.destroy would close the output that is to be read.
    node.toHandle().destroy();
    lines = rest();
    assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).isZero();
    assertThat(lines.get(0)).contains("draining");
    assertThat(lines.get(lines.size() - 1)).endsWith("drained");
    assertThat(lines).allMatch(line -> line.matches("\\d{4}-.* INFO .*"));
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void theNativeTransportIsUsedWhereThereIsOne() throws Exception {
    assertThat(startAndAwait("listening", "serve", "--port", "0"))
        .singleElement()
        .asString()
        .endsWith("native_transport=true");
  }

  @Test
  void wrongConfigurationExitsWithTwoAndOneLine() throws Exception {
    start("serve", "--port", "70000");
    List<String> lines = rest();
    assertThat(node.waitFor()).isEqualTo(2);
    assertThat(lines).singleElement().asString().contains("command line: web.port is 70000");
  }

  /** What {@code .ci/aot-cache} relies on. */
  @Test
  void aTrainingRunHasTwoNodesOfAClusterBesidesItsOwn() throws Exception {
    jvmFlags = List.of("-Dmycelium.training.port=" + FreePorts.inRow(4));
    List<String> lines = startAndAwait("training: done", "serve", "--port", "0");
    assertThat(lines).filteredOn(line -> line.endsWith("is there, 2 nodes")).hasSize(2);
    assertThat(lines).noneMatch(line -> line.contains(" ERROR "));
    node.toHandle().destroy();
    assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(node.exitValue()).isZero();
  }

  private List<String> startAndAwait(String text, String... arguments) throws IOException {
    start(arguments);
    List<String> lines = new ArrayList<>();
    BufferedReader output = node.inputReader(StandardCharsets.UTF_8);
    String line = output.readLine();
    while (line != null && !line.contains(text)) {
      lines.add(line);
      line = output.readLine();
    }
    lines.add(line);
    return lines;
  }

  private List<String> rest() {
    return node.inputReader(StandardCharsets.UTF_8).lines().toList();
  }

  private void start(String... arguments) throws IOException {
    ProcessBuilder builder =
        ServerProcess.command(jvmFlags, System.getProperty("java.class.path"), List.of(arguments));
    Map<String, String> environment = builder.environment();
    environment.put("MYCELIUM_JOURNAL_URL", "jdbc:sqlite:" + folder.resolve("mycelium.db"));
    environment.put("MYCELIUM_ACCESS_SECRET", Tokens.SECRET);
    environment.put("MYCELIUM_WEB_HOST", "127.0.0.1");
    // As many as any machine has descriptors for: there is nothing to warn of.
    environment.put("MYCELIUM_WEB_MAX_CONNECTIONS", "100");
    node = builder.start();
  }
}
