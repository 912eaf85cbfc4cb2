package io.mycelium.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A node in a process of its own, which can be killed and started again on the same port. Its log
 * is kept for the message of a test that fails.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening http://localhost:(\\d+)/");

  private final Map<String, String> environment;
  private final int descriptors;
  private final List<String> log = new ArrayList<>();
  private Process process;
  private int port;

  /** Starts it on a free port. */
  public ServerProcess(Map<String, String> environment) {
    this(environment, 0);
  }

  /**
   * @param descriptors how many files and sockets it may have open; 0 for as many as the test's own
   *     process
   */
  public ServerProcess(Map<String, String> environment, int descriptors) {
    this.environment = environment;
    this.descriptors = descriptors;
    start();
  }

  public int port() {
    return port;
  }

  /** SIGKILL, then a new one. */
  public void killAndRestart() {
    process.destroyForcibly();
    awaitExit();
    start();
  }

  /** SIGTERM, then a new one once it is gone; its exit code must be 0. */
  public void stopAndRestart() {
    // Process.destroy would close its output, at which it might block.
    process.toHandle().destroy();
    int code = awaitExit();
    if (code != 0) {
      throw new AssertionError("exit code is " + code + ", expected 0: " + log());
    }
    start();
  }

  private void start() {
    List<String> command = new ArrayList<>();
    if (descriptors > 0) {
      command.addAll(List.of("bash", "-c", "ulimit -n " + descriptors + "; exec \"$0\" \"$@\""));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.mycelium.Main"));
    command.addAll(List.of("serve", "--port", String.valueOf(port)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MYCELIUM_OPS_MANAGEMENT_PORT", "0");
    builder.environment().put("MYCELIUM_WEB_HOST", "127.0.0.1");
    builder.environment().putAll(environment);
    // A JVM that takes options from here says so on its output.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    try {
      process = builder.start();
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      port = awaitPort(output);
      Thread reader = new Thread(() -> output.lines().forEach(this::keep), "server-log");
      reader.setDaemon(true);
      reader.start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private int awaitPort(BufferedReader output) throws IOException {
    String line = output.readLine();
    while (line != null) {
      keep(line);
      Matcher listening = LISTENING.matcher(line);
      if (listening.find()) {
        return Integer.parseInt(listening.group(1));
      }
      line = output.readLine();
    }
    throw new AssertionError("the server did not start: " + log());
  }

  private synchronized void keep(String line) {
    log.add(line);
  }

  public synchronized String log() {
    return String.join("\n", log);
  }

  private int awaitExit() {
    try {
      if (!process.waitFor(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("it did not end within " + TestNode.PATIENCE + ": " + log());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    awaitExit();
  }
}
