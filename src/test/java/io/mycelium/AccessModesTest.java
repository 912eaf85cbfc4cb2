package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code serve} lets in, as an operator starts it. */
class AccessModesTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final String CHAT = "{\"id\":\"chat\",\"type\":\"accumulative\"}";

  @TempDir private Path folder;

  private ServerProcess serve(Map<String, String> environment, String... arguments) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("MYCELIUM_JOURNAL_URL", "memory:");
    all.put("MYCELIUM_ACCESS_SECRET_FILE", folder.resolve("secret.key").toString());
    return ServerProcess.withoutTests(0, all, arguments);
  }

  private static Map<String, String> required() {
    return Map.of("MYCELIUM_ACCESS_MODE", "required");
  }

  private static HttpResponse<String> send(
      int port, String method, String path, String body, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Runs {@code mycelium token} as another process would. */
  private String token(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("token"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        ServerProcess.command(List.of(), System.getProperty("java.class.path"), command)
            .redirectErrorStream(false)
            .redirectError(folder.resolve("token.err").toFile());
    builder
        .environment()
        .put("MYCELIUM_ACCESS_SECRET_FILE", folder.resolve("secret.key").toString());
    Process process = builder.start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("token.err"))).isZero();
    return out.strip();
  }

  @Test
  void withoutAKeyTheNodeMakesOneAndSaysInALineHowToGetATokenThatWorks() throws Exception {
    try (ServerProcess server = serve(required())) {
      Path key = folder.resolve("secret.key");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
          .isEqualTo("rw-------");
      assertThat(server.log().lines().filter(line -> line.contains("token")))
          .singleElement()
          .asString()
          .contains(key.toString(), " token --user ada --instances 'chat*' --expires 1h")
          .doesNotContain(Files.readString(key).strip());

      String ada = token("--user", "ada", "--instances", "chat*", "--expires", "1h");
      String admin = token("--instances", "*", "--scope", "admin");
      assertThat(send(server.port(), "POST", "/instances", CHAT, admin).statusCode())
          .isEqualTo(201);
      PhoenixSocket socket =
          PhoenixSocket.connect(server.port(), "/socket/chat/websocket?vsn=2.0.0&token=" + ada);
      socket.join("lobby");
      JsonArray reply = socket.send("['1','2','lobby','push',{'text':'hi'}]").awaitReply("2");
      assertThat(reply.encode()).contains("\"seq\":1");
      socket.close();
      assertThat(server.log()).doesNotContain(ada).doesNotContain(admin);
    }
  }

  @Test
  void withoutATokenNothingIsServedAndWithTooSmallAOneItSaysWhatIsNeeded() throws Exception {
    try (ServerProcess server = serve(required())) {
      HttpResponse<String> nobody = send(server.port(), "POST", "/instances", CHAT, null);
      assertThat(nobody.statusCode()).isEqualTo(401);
      assertThat(nobody.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      assertThat(nobody.headers().firstValue("Content-Type")).contains("application/problem+json");
      assertThat(nobody.body()).contains("\"code\":\"unauthorized\"", "Authorization: Bearer");
      HttpResponse<String> wrong = send(server.port(), "GET", "/types", "", "no.to.ken");
      assertThat(wrong.statusCode()).isEqualTo(401);
      assertThat(wrong.headers().firstValue("WWW-Authenticate"))
          .contains("Bearer error=\"invalid_token\"");
      assertThatThrownBy(
              () -> PhoenixSocket.connect(server.port(), "/socket/chat/websocket?vsn=2.0.0"))
          .isInstanceOf(CompletionException.class);

      String ada = token("--user", "ada", "--instances", "chat*");
      HttpResponse<String> less = send(server.port(), "POST", "/instances", CHAT, ada);
      assertThat(less.statusCode()).isEqualTo(403);
      assertThat(less.body())
          .contains("user ada may not create instance", "it needs the scope instances:create");
    }
  }

  @Test
  void theDemoIsOpenOnThisMachineAloneWhateverIsConfigured() throws Exception {
    Map<String, String> wide =
        Map.of(
            "MYCELIUM_ACCESS_MODE", "required",
            "MYCELIUM_ACCESS_OPEN_TO_NETWORK", "true",
            "MYCELIUM_WEB_HOST", "0.0.0.0");
    try (ServerProcess server = serve(wide, "--demo")) {
      assertThat(send(server.port(), "GET", "/instances", "", null).statusCode()).isEqualTo(200);
      assertThat(server.log())
          .contains("WARN", "access.mode is open", "on 127.0.0.1 only, not on 0.0.0.0");
      assertThat(folder.resolve("secret.key")).doesNotExist();
      isReachedBy(server.port(), false);
    }
  }

  @Test
  void theOpenModeStaysOnThisMachineUnlessItIsAskedToOpen() throws Exception {
    try (ServerProcess server = serve(Map.of("MYCELIUM_WEB_HOST", "0.0.0.0"))) {
      isReachedBy(server.port(), false);
    }
    Map<String, String> wide =
        Map.of("MYCELIUM_WEB_HOST", "0.0.0.0", "MYCELIUM_ACCESS_OPEN_TO_NETWORK", "true");
    try (ServerProcess server = serve(wide)) {
      assertThat(server.log()).contains("WARN", "whoever reaches 0.0.0.0:");
      isReachedBy(server.port(), true);
    }
  }

  /** By other addresses of this machine; on Linux all of 127.0.0.0/8 is one. */
  private static void isReachedBy(int port, boolean expected) throws IOException {
    List<InetAddress> others = new ArrayList<>(List.of(InetAddress.getByName("127.0.0.2")));
    NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(address -> !address.isLoopbackAddress() && !address.isLinkLocalAddress())
        .forEach(others::add);
    for (InetAddress other : others) {
      assertThat(reaches(other, port)).as(other.toString()).isEqualTo(expected);
    }
  }

  private static boolean reaches(InetAddress address, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address, port), (int) TestNode.PATIENCE.toMillis());
      return true;
    } catch (ConnectException refused) {
      return false;
    }
  }
}
