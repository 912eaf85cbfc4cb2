package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.SelfSigned;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The main port with a certificate of its own. */
class TlsTest {
  /** A hello of TLS 1.1, which has no extension that would offer more. */
  private static final String HELLO_1_1 =
      "160301003101" + "00002d0302" + "00".repeat(32) + "00" + "0006c013c009002f" + "0100";

  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Cases {
    private final String transport;
    private Path folder;
    private SelfSigned first;
    private SelfSigned second;
    private TestNode node;
    private HttpClient http;

    Cases(String transport) {
      this.transport = transport;
    }

    @BeforeAll
    void startNode(@TempDir Path temporary) {
      folder = temporary;
      first = SelfSigned.make(folder, "first", "EC");
      second = SelfSigned.make(folder, "second", "RSA");
      http =
          HttpClient.newBuilder()
              .sslContext(SelfSigned.trusting(List.of(first, second)))
              .version(HttpClient.Version.HTTP_2)
              .build();
      node =
          TestNode.builder()
              .transport(transport)
              .tls(
                  new TlsConfig(
                      first.certificate().toString(),
                      first.key().toString(),
                      Duration.ofMillis(100)))
              .start();
      node.create("{'id':'chat','type':'accumulative'}");
    }

    @AfterAll
    void stopNode() {
      node.close();
    }

    private URI uri(String scheme, String path) {
      return URI.create(scheme + "://localhost:" + node.port() + path);
    }

    private PhoenixSocket connect(String user) {
      return PhoenixSocket.connect(
          http, uri("wss", "/socket/chat/websocket?vsn=2.0.0&userId=" + user));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
      return http.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void framesGoInAndOut() {
      try (PhoenixSocket ada = connect("ada");
          PhoenixSocket bob = connect("bob")) {
        ada.join("lobby");
        bob.join("lobby");
        for (int i = 0; i < 50; i++) {
          int length = 1 + i * 4096;
          ada.send("['1','" + (i + 2) + "','lobby','push','" + "x".repeat(length) + "']");
        }
        for (int i = 0; i < 50; i++) {
          JsonArray msg = bob.awaitEvent("msg");
          JsonObject state = msg.getJsonObject(4).getJsonObject("data").getJsonObject("state");
          String seq = state.fieldNames().iterator().next();
          assertThat(state.getJsonObject(seq).getString("payload")).hasSize(1 + i * 4096);
        }
        ada.awaitReply("51");
      }
    }

    @Test
    void aNewCertificateIsTakenWhileAnOldSocketLives() throws Exception {
      try (PhoenixSocket old = connect("old")) {
        old.join("lobby");
        SelfSigned before = SelfSigned.make(folder, "before-" + System.nanoTime(), "EC");
        before.replaceBy(first);
        assertThat(served()).isEqualTo(first.x509());

        first.replaceBy(second);
        node.await(this::served, second.x509()::equals);
        old.send("['1','2','lobby','push',{'still':'here'}]").awaitReply("2");
        try (PhoenixSocket later = connect("later")) {
          assertThat(later.join("lobby").getString("status")).isEqualTo("ok");
        }

        first.replaceBy(before);
        node.await(this::served, first.x509()::equals);
      }
    }

    private X509Certificate served() {
      try (SSLSocket socket =
          (SSLSocket)
              SelfSigned.trusting(List.of(first, second))
                  .getSocketFactory()
                  .createSocket("localhost", node.port())) {
        socket.startHandshake();
        return (X509Certificate) socket.getSession().getPeerCertificates()[0];
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    @Test
    void tls12And13AreSpokenAndNothingOlder() throws Exception {
      for (String version : List.of("TLSv1.2", "TLSv1.3")) {
        try (SSLSocket socket =
            (SSLSocket)
                SelfSigned.trusting(List.of(first, second))
                    .getSocketFactory()
                    .createSocket("localhost", node.port())) {
          socket.setEnabledProtocols(new String[] {version});
          socket.startHandshake();
          assertThat(socket.getSession().getProtocol()).isEqualTo(version);
        }
      }
      // Alert, fatal (2), protocol_version (70).
      assertThat(answerTo(HexFormat.of().parseHex(HELLO_1_1))).endsWith("0246");
    }

    @Test
    void aHelloThatPromises16MegabytesIsRefusedUnread() throws Exception {
      String promises = "1603010010" + "01ffffff" + "0303" + "00".repeat(10);
      assertThat(answerTo(HexFormat.of().parseHex(promises))).startsWith("15");
    }

    @Test
    void plainHttpIsNotAnswered() throws Exception {
      String answer = answerTo("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes());
      assertThat(answer).doesNotContain(HexFormat.of().formatHex("HTTP/1.1".getBytes()));
    }

    /** All that the server sends until it ends the connection, in hexadecimal digits. */
    private String answerTo(byte[] bytes) throws IOException {
      try (Socket socket = new Socket("localhost", node.port())) {
        socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
        socket.getOutputStream().write(bytes);
        InputStream in = socket.getInputStream();
        return HexFormat.of().formatHex(in.readAllBytes());
      }
    }

    @Test
    void restAndPagesAreServedOverHttp2() throws Exception {
      HttpResponse<String> page = send(HttpRequest.newBuilder(uri("https", "/")));
      assertThat(page.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(page.statusCode()).isEqualTo(200);
      assertThat(page.headers().firstValue("Strict-Transport-Security"))
          .hasValue("max-age=31536000");
      HttpResponse<String> export =
          send(HttpRequest.newBuilder(uri("https", "/api/v1/instances/chat/export")));
      assertThat(export.statusCode()).isEqualTo(200);
      HttpResponse<String> imported =
          send(
              HttpRequest.newBuilder(uri("https", "/api/v1/instances/copy/import"))
                  .header("Content-Type", "application/x-ndjson")
                  .POST(BodyPublishers.ofString(export.body())));
      assertThat(imported.statusCode()).as(imported.body()).isEqualTo(201);
      assertThat(
              send(HttpRequest.newBuilder(uri("https", "/api/v1/instances/copy")).DELETE())
                  .statusCode())
          .isEqualTo(204);
    }

    @Test
    void whatFailsOverHttp2IsAProblemToo() throws Exception {
      assertThat(status("GET", "/api/v1/instances/nobody", "")).isEqualTo(404);
      assertThat(status("PUT", "/api/v1/instances", "{}")).isEqualTo(405);
      assertThat(status("POST", "/api/v1/instances", "{")).isEqualTo(400);
      assertThat(status("POST", "/api/v1/instances", "x".repeat(5 << 20))).isEqualTo(413);
      assertThat(status("POST", "/api/v1/instances/a/import", "")).isEqualTo(415);
      // An upgrade is HTTP/1.1's: RFC 8441 is not offered.
      assertThat(status("GET", "/socket/chat/websocket", "")).isEqualTo(400);
      assertThat(status("GET", "/socket/nobody/websocket", "")).isEqualTo(400);
    }

    private int status(String method, String path, String body) throws Exception {
      HttpResponse<String> response =
          send(
              HttpRequest.newBuilder(uri("https", path))
                  .header("Content-Type", "application/json")
                  .method(method, BodyPublishers.ofString(body)));
      assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
      assertThat(response.headers().firstValue("Content-Type"))
          .hasValue("application/problem+json");
      return response.statusCode();
    }

    @Test
    void aClientThatBelievesAnotherCertificateDoesNotConnect() {
      HttpClient stranger =
          HttpClient.newBuilder()
              .sslContext(SelfSigned.trusting(List.of(SelfSigned.make(folder, "stranger", "EC"))))
              .build();
      assertThatThrownBy(
              () ->
                  stranger.send(
                      HttpRequest.newBuilder(uri("https", "/")).build(), BodyHandlers.ofString()))
          .isInstanceOf(IOException.class);
    }
  }

  /** Past Vert.x. */
  @Nested
  class NettyTransportCases extends Cases {
    NettyTransportCases() {
      super("netty");
    }
  }

  /** Vert.x's public API. */
  @Nested
  class VertxTransportCases extends Cases {
    VertxTransportCases() {
      super("vertx");
    }
  }
}
