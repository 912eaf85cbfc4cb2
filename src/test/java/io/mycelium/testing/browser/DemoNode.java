package io.mycelium.testing.browser;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the README's command runs, {@code serve --demo --plugins target/plugins}, in a process of
 * its own without the tests' classes: with them a plug-in's classes would not come from its jar.
 */
public final class DemoNode implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening http://localhost:(\\d+)/");

  private static final String PLUGINS = "target/plugins";

  private final Process process;
  private final int port;

  private DemoNode(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  public static DemoNode start() {
    return start(0, "--demo");
  }

  /**
   * @param port 0 for a free one
   */
  public static DemoNode start(int port, String... arguments) {
    return start("memory:", port, PLUGINS, arguments);
  }

  /** One whose folder of plug-ins is not there. */
  public static DemoNode withoutPlugins(String... arguments) {
    return start("memory:", 0, "target/no-plugins", arguments);
  }

  /** One that keeps all in a SQLite file. */
  static DemoNode durable(Path folder) {
    return start("jdbc:sqlite:" + folder.resolve("m.db"), 0, PLUGINS, "--demo");
  }

  private static DemoNode start(String journal, int port, String plugins, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // For tests the start counts, not what the JIT makes of it later.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m"));
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", classPath(), "io.mycelium.Main", "serve"));
    command.addAll(List.of("--port", String.valueOf(port), "--plugins", plugins));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MYCELIUM_OPS_MANAGEMENT_PORT", "0");
    builder.environment().put("MYCELIUM_JOURNAL_URL", journal);
    try {
      Process process = builder.start();
      return new DemoNode(process, port(process));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static int port(Process process) throws IOException {
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder before = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        return Integer.parseInt(listening.group(1));
      }
      before.append(line).append('\n');
    }
    throw new AssertionError("the node did not start:\n" + before);
  }

  public int port() {
    return port;
  }

  /** At once, as a crash would; the port is free afterwards. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
