package io.mycelium.durable;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server in a process of its own, on the same port each time, which a test kills and starts. */
public final class ServerProcess implements AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final int port = freePort();
  private final String journalUrl;
  private Process process;
  private Thread output;

  public ServerProcess(Path folder) {
    this("jdbc:sqlite:" + folder.resolve("mycelium.db"));
  }

  public ServerProcess(String journalUrl) {
    this.journalUrl = journalUrl;
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  /** Returns once its main port is open. */
  public void start() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx512m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.mycelium.Main"));
    command.addAll(List.of("serve", "--port", Integer.toString(port)));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MYCELIUM_OPS_MANAGEMENT_PORT", "0");
    builder.environment().put("MYCELIUM_JOURNAL_URL", journalUrl);
    try {
      process = builder.start();
      BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
      StringBuilder seen = new StringBuilder();
      String line = lines.readLine();
      while (line != null && !line.contains("listening")) {
        seen.append(line).append('\n');
        line = lines.readLine();
      }
      if (line == null) {
        throw new AssertionError("the server did not start:\n" + seen);
      }
      output = new Thread(() -> lines.lines().forEach(rest -> {}));
      output.setDaemon(true);
      output.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL: nothing is flushed, nobody is told. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, and waits for its end. */
  int stop() throws InterruptedException {
    process.toHandle().destroy();
    return process.waitFor();
  }

  /** Body of the answer, whose status must be a good one. */
  public String request(String method, String path, String body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() >= 300) {
      throw new AssertionError(
          method + " " + path + ": " + response.statusCode() + response.body());
    }
    return response.body();
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
    }
  }
}
