package io.mycelium.phoenix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mycelium.testing.BrittleType;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs {@code src/test/js}: the official {@code phoenix} client in Node.js. It asks over HTTP for what only this side can
 * do: stop and start the server on the same port, or revive a failed instance.
 */
class PhoenixNpmClientTest {
  private static final Path SCRIPTS = Path.of("src", "test", "js");
  private static final int MINUTES = 3;

  private HttpServer control;
  private TestNode node;

  @BeforeEach
  void startControl() throws IOException {
    control = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    control.createContext("/revive", exchange -> answer(exchange, this::revive));
    control.createContext("/restart", exchange -> answer(exchange, this::restart));
    control.start();
  }

  @AfterEach
  void stop() {
    control.stop(0);
    if (node != null) {
      node.close();
    }
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

  private void revive() {
    TestNode.await(node.directory().restart("brittle"));
  }

  private void restart() {
    String transport = node.transport();
    int port = node.port();
    node.close();
    startNode(transport, port);
  }

  private void startNode(String transport, int port) {
    node = TestNode.builder().transport(transport).port(port).types(new BrittleType()).start();
    node.create(
        "{'id':'chat','type':'accumulative','rooms':{'general':{},'pictures':{},'tabs':{},'joinleave':{}}}");
    node.create("{'id':'draw','type':'shared','rooms':{'lobby':{'state':{'color':'black','line':null}}}}");
    node.create("{'id':'move','type':'collaborative'}");
    node.create("{'id':'brittle','type':'brittle'}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void theOfficialClientWorksUnchanged(String transport) throws IOException, InterruptedException {
    if (!Files.isDirectory(SCRIPTS.resolve("node_modules").resolve("phoenix"))) {
      fail("the phoenix client is not installed: run `npm ci` in " + SCRIPTS);
    }
    startNode(transport, 0);
    Process script = start();
    CompletableFuture<String> output = CompletableFuture.supplyAsync(() -> read(script));
    boolean ended = script.waitFor(MINUTES, TimeUnit.MINUTES);
    if (!ended) {
      script.destroyForcibly();
    }
    String text = output.join();
    assertThat(ended).as("it did not end within " + MINUTES + " minutes:\n" + text).isTrue();
    assertThat(script.exitValue()).as(text).isZero();
    assertThat(text).contains("# pass 12");
  }

  private Process start() {
    ProcessBuilder command =
        new ProcessBuilder("node", "--test", "--test-reporter=tap", "phoenix-client.test.mjs")
            .directory(SCRIPTS.toFile())
            .redirectErrorStream(true);
    command.environment().put("MYCELIUM_URL", "ws://127.0.0.1:" + node.port());
    command.environment().put("MYCELIUM_CONTROL", "http://127.0.0.1:" + control.getAddress().getPort());
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
}
