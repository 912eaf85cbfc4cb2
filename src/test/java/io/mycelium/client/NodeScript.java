package io.mycelium.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A test script of {@code src/test/js} under Node.js' test runner. It requests over HTTP, at {@code
 * MYCELIUM_CONTROL}, the actions of this side, such as a restart of the server on its port.
 */
final class NodeScript implements AutoCloseable {
  private static final Path SCRIPTS = Path.of("src", "test", "js");
  private static final int MINUTES = 4;

  private final HttpServer control;

  public NodeScript() throws IOException {
    control = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    control.setExecutor(Executors.newSingleThreadExecutor());
    control.start();
  }

  /** The action of a GET of this path; an exception is answered 500 with its message. */
  public NodeScript wish(String path, Runnable wish) {
    control.createContext(path, exchange -> answer(exchange, wish));
    return this;
  }

  private static void answer(HttpExchange exchange, Runnable wish) throws IOException {
    String error = "";
    try {
      wish.run();
    } catch (RuntimeException | AssertionError e) {
      error = e.toString();
    }
    byte[] text = error.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(error.isEmpty() ? 200 : 500, text.length == 0 ? -1 : text.length);
    exchange.getResponseBody().write(text);
    exchange.close();
  }

  /** Runs the script to its end; fails unless it has this many tests and all of them pass. */
  public void run(String script, int tests, Map<String, String> environment)
      throws InterruptedException {
    if (!Files.isDirectory(SCRIPTS.resolve("node_modules"))) {
      fail("the scripts' packages are not installed: run `npm ci` in " + SCRIPTS);
    }
    Process process = start(script, environment);
    CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(process));
    boolean ended = process.waitFor(MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      process.destroyForcibly();
    }
    String text = output.join();
    assertThat(ended).as("it did not end within " + MINUTES + " minutes:\n" + text).isTrue();
    assertThat(process.exitValue()).as(text).isZero();
    assertThat(text).contains("# pass " + tests + "\n");
  }

  private Process start(String script, Map<String, String> environment) {
    ProcessBuilder command =
        new ProcessBuilder("node", "--test", "--test-reporter=tap", script)
            .directory(SCRIPTS.toFile())
            .redirectErrorStream(true);
    command.environment().putAll(environment);
    command
        .environment()
        .put("MYCELIUM_CONTROL", "http://127.0.0.1:" + control.getAddress().getPort());
    try {
      return command.start();
    } catch (IOException e) {
      return fail("Node.js 20 or later is needed on the path; then run `npm ci` in " + SCRIPTS, e);
    }
  }

  private static String read(Process script) {
    try {
      return new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  @Override
  public void close() {
    control.stop(0);
  }
}
