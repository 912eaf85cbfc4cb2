package io.mycelium.testing;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A node in a process of its own, which can be killed and started again on the same port. Its log
 * is kept for the message of a test that fails.
 */
public final class ServerProcess implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening https?://localhost:(\\d+)/");
  private static final Pattern MANAGEMENT = Pattern.compile("management http://localhost:(\\d+)/");
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** For tests the start counts, not what the JIT makes of it later. */
  private static final List<String> JVM_FLAGS =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m");

  /**
   * Where it runs, and with which classes.
   *
   * @param host that it listens on
   * @param prefix of its command, such as {@code ip netns exec NAME}; may be empty
   * @param before folders of classes that stand in for the build's own
   */
  public record Setting(String host, List<String> prefix, List<Path> before) {
    private static final Setting USUAL = new Setting("127.0.0.1", List.of(), List.of());

    private String classPath(String own) {
      return Stream.concat(before.stream().map(Path::toString), Stream.of(own))
          .collect(Collectors.joining(File.pathSeparator));
    }
  }

  private final Setting setting;
  private final Map<String, String> environment;
  private final List<String> arguments;
  private final String classPath;
  private final List<String> jvmFlags;
  private final int descriptors;
  private final List<String> log = new ArrayList<>();
  private Process process;
  private int port;

  private ServerProcess(
      Map<String, String> environment,
      String classPath,
      List<String> jvmFlags,
      int descriptors,
      int port,
      String... arguments) {
    this(Setting.USUAL, environment, classPath, jvmFlags, descriptors, port, arguments);
  }

  private ServerProcess(
      Setting setting,
      Map<String, String> environment,
      String classPath,
      List<String> jvmFlags,
      int descriptors,
      int port,
      String... arguments) {
    this.setting = setting;
    this.environment = environment;
    this.classPath = setting.classPath(classPath);
    this.jvmFlags = jvmFlags;
    this.descriptors = descriptors;
    this.port = port;
    this.arguments = List.of(arguments);
    launch();
  }

  /** Starts one on a free port, of the loopback interface only. */
  public static ServerProcess start(Map<String, String> environment) {
    return withJvmFlags(environment);
  }

  /** The same there. */
  public static ServerProcess start(Setting setting, Map<String, String> environment) {
    return new ServerProcess(setting, environment, ownClassPath(), List.of(), 0, 0);
  }

  /**
   * @param jvmFlags beside the usual ones and stronger, such as {@code -Xmx256m}
   */
  public static ServerProcess withJvmFlags(Map<String, String> environment, String... jvmFlags) {
    return new ServerProcess(environment, ownClassPath(), List.of(jvmFlags), 0, 0);
  }

  /** One in that network namespace, see {@link Namespaces}. */
  public static ServerProcess inNamespace(
      String namespace, Map<String, String> environment, String... jvmFlags) {
    Setting setting =
        new Setting(
            environment.getOrDefault("MYCELIUM_WEB_HOST", "127.0.0.1"),
            List.of("ip", "netns", "exec", namespace),
            List.of());
    return new ServerProcess(setting, environment, ownClassPath(), List.of(jvmFlags), 0, 0);
  }

  /**
   * Starts one of jars only, as users do: a class in a folder takes a descriptor to be loaded.
   *
   * @param descriptors how many files and sockets it may have open
   * @param folder for the jars of the class path's folders
   */
  public static ServerProcess withDescriptors(
      Map<String, String> environment, int descriptors, Path folder) {
    String jars =
        Stream.of(ownClassPath().split(File.pathSeparator))
            .map(entry -> Files.isDirectory(Path.of(entry)) ? jar(entry, folder) : entry)
            .collect(Collectors.joining(File.pathSeparator));
    return new ServerProcess(environment, jars, List.of(), descriptors, 0);
  }

  private static String jar(String classes, Path folder) {
    String jar = folder.resolve(Path.of(classes).getFileName() + ".jar").toString();
    ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said);
    if (tool.run(out, out, "-c", "-f", jar, "-C", classes, ".") != 0) {
      throw new AssertionError("no jar could be made of " + classes + ": " + said);
    }
    return jar;
  }

  /** Starts one that keeps all in a SQLite file of that folder. */
  public static ServerProcess durable(Path folder) {
    return start(Map.of("MYCELIUM_JOURNAL_URL", "jdbc:sqlite:" + folder.resolve("mycelium.db")));
  }

  /**
   * Starts one without the tests' classes: with them a plug-in's classes would not come from its
   * jar.
   *
   * @param port 0 for a free one
   */
  public static ServerProcess withoutTests(
      int port, Map<String, String> environment, String... arguments) {
    return withoutTests(port, List.of(), environment, arguments);
  }

  /** The same with flags of the JVM; see {@link #withJvmFlags}. */
  public static ServerProcess withoutTests(
      int port, List<String> jvmFlags, Map<String, String> environment, String... arguments) {
    String classPath =
        Stream.of(ownClassPath().split(File.pathSeparator))
            .filter(entry -> !entry.contains("test-classes"))
            .collect(Collectors.joining(File.pathSeparator));
    return new ServerProcess(environment, classPath, jvmFlags, 0, port, arguments);
  }

  /** This JVM's, or the jar that is deployed, where that is to be measured. */
  private static String ownClassPath() {
    return System.getProperty("mycelium.server.class_path", System.getProperty("java.class.path"));
  }

  /** What runs {@code io.mycelium.Main}, for who wants to see all of it. */
  public static ProcessBuilder command(
      List<String> jvmFlags, String classPath, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmFlags);
    if (Runtime.version().feature() >= 24) {
      command.add("--enable-native-access=ALL-UNNAMED");
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(List.of("-cp", classPath, "io.mycelium.Main"));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MYCELIUM_OPS_MANAGEMENT_PORT", "0");
    // A JVM that takes options from here says so on its output.
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder;
  }

  public int port() {
    return port;
  }

  /** Where its main port is. */
  public String host() {
    return setting.host();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What the kernel holds in memory for it: heap, buffers and all. */
  public long residentBytes() {
    try {
      String status = Files.readString(Path.of("/proc/" + process.pid() + "/status"));
      Matcher resident = Pattern.compile("VmRSS:\\s+(\\d+) kB").matcher(status);
      return resident.find() ? Long.parseLong(resident.group(1)) << 10 : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it has used of all cores since it was started. */
  public long cpuMillis() {
    return process.info().totalCpuDuration().orElseThrow().toMillis();
  }

  /** SIGKILL: nothing is flushed, nobody is told; its port is free afterwards. */
  public void kill() {
    process.destroyForcibly();
    awaitExit();
  }

  /** SIGSTOP: it stands still, its connections stay open. */
  public void pause() {
    Signals.send(process, "STOP");
  }

  /** SIGCONT. */
  public void goOn() {
    Signals.send(process, "CONT");
  }

  public void killAndRestart() {
    kill();
    launch();
  }

  /** SIGTERM, then a new one once it is gone; its exit code must be 0. */
  public void stopAndRestart() {
    stop();
    launch();
  }

  /** SIGTERM; its exit code must be 0. */
  public void stop() {
    // Process.destroy would close its output, at which it might block.
    process.toHandle().destroy();
    int code = awaitExit();
    if (code != 0) {
      throw new AssertionError("exit code is " + code + ", expected 0: " + log());
    }
  }

  /** A new one, where the one before is gone. */
  public void launch() {
    List<String> serve = new ArrayList<>(List.of("serve", "--port", String.valueOf(port)));
    serve.addAll(arguments);
    List<String> flags = Stream.concat(JVM_FLAGS.stream(), jvmFlags.stream()).toList();
    ProcessBuilder builder = command(flags, classPath, serve);
    if (descriptors > 0) {
      builder
          .command()
          .addAll(0, List.of("bash", "-c", "ulimit -n " + descriptors + "; exec \"$0\" \"$@\""));
    }
    builder.command().addAll(0, setting.prefix());
    builder.environment().put("MYCELIUM_WEB_HOST", setting.host());
    builder.environment().put("MYCELIUM_ACCESS_MODE", "open");
    builder.environment().putAll(environment);
    try {
      process = builder.start();
      BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
      port = awaitPort(output);
      Thread reader = new Thread(() -> output.lines().forEach(this::keep), "server-log");
      reader.setDaemon(true);
      reader.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
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

  public long pid() {
    return process.pid();
  }

  public synchronized String log() {
    return String.join("\n", log);
  }

  /**
   * The value of a meter that has no labels, from {@code /metrics}.
   *
   * @param name such as {@code mycelium_connections}
   */
  public double meter(String name) {
    Matcher management = MANAGEMENT.matcher(log());
    if (!management.find()) {
      throw new AssertionError("the log names no management port: " + log());
    }
    String where = "http://" + setting.host() + ":" + management.group(1) + "/metrics";
    return HTTP.sendAsync(
            HttpRequest.newBuilder(URI.create(where)).build(), HttpResponse.BodyHandlers.ofLines())
        .join()
        .body()
        .filter(line -> line.startsWith(name + " "))
        .map(line -> Double.parseDouble(line.substring(name.length() + 1)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("there is no meter " + name));
  }

  /**
   * A request of the API below {@code /api/v1}, for who sends it otherwise than {@link #request}.
   *
   * @param body JSON; null for none
   */
  public HttpRequest.Builder apiRequest(String method, String path, String body) {
    return HttpRequest.newBuilder(
            URI.create("http://" + setting.host() + ":" + port + "/api/v1" + path))
        .header("Content-Type", "application/json")
        .method(
            method,
            body == null
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofString(body));
  }

  /**
   * Body of the answer to a request of the API below {@code /api/v1}, whose status must be good.
   */
  public String request(String method, String path, String body) {
    HttpResponse<String> response =
        HTTP.sendAsync(apiRequest(method, path, body).build(), HttpResponse.BodyHandlers.ofString())
            .join();
    if (response.statusCode() >= 300) {
      throw new AssertionError(
          method + " " + path + ": " + response.statusCode() + " " + response.body());
    }
    return response.body();
  }

  /** Its exit code, once it has ended by itself. */
  public int awaitExit() {
    try {
      if (!process.waitFor(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("it did not end within " + TestNode.PATIENCE + ": " + log());
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return process.exitValue();
  }

  /** See {@link #kill}. */
  @Override
  public void close() {
    kill();
  }
}
