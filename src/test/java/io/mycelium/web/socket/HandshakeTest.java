package io.mycelium.web.socket;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Authenticators;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where an upgrade has its token, and which sub-protocol it is answered with. */
class HandshakeTest {
  private static final String PATH = "/socket/chat/websocket?vsn=2.0.0";
  private static Tokens tokens;
  private TestNode node;

  @BeforeAll
  static void make() {
    tokens = new Tokens();
  }

  @AfterAll
  static void end() {
    tokens.close();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private void start(String transport, Authenticators authenticators) {
    node = TestNode.builder().transport(transport).authenticators(authenticators).start();
    node.create("{'id':'chat','type':'accumulative'}");
  }

  private static String offered(String token) {
    byte[] ascii = token.getBytes(US_ASCII);
    return "base64url.bearer.phx." + Base64.getUrlEncoder().withoutPadding().encodeToString(ascii);
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void tokenComesByHeaderParameterOrSubProtocol(String transport) {
    start(transport, tokens.required());
    String token = tokens.user("ada");
    isUser("ada", PhoenixSocket.connect(node.port(), PATH + "&token=" + token));
    isUser("ada", PhoenixSocket.connect(node.port(), PATH, "phoenix", offered(token)));
    try (RawSocket socket = RawSocket.tcp(node.port())) {
      assertThat(socket.request(upgrade("Authorization: Bearer " + token))).contains(" 101 ");
    }
    try (RawSocket socket = RawSocket.tcp(node.port())) {
      assertThat(socket.request(RawSocket.upgrade(PATH))).contains(" 401 ");
    }
  }

  /** Else whoever has a token could be anybody. */
  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void userIsTheTokensWhateverTheParameterSays(String transport) {
    start(transport, tokens.required());
    String path = PATH + "&userId=bob&token=" + tokens.user("ada");
    isUser("ada", PhoenixSocket.connect(node.port(), path));
  }

  private static void isUser(String user, PhoenixSocket socket) {
    try (socket) {
      socket.join("lobby");
      socket.send("['1','2','lobby','push',{}]");
      assertThat(socket.awaitEvent("msg").toString()).contains("\"id\":\"" + user + "\"");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void phoenixIsAnsweredWherePhoenixIsOffered(String transport) {
    start(transport, tokens.required());
    String token = tokens.user("ada");
    try (PhoenixSocket socket =
        PhoenixSocket.connect(node.port(), PATH, "phoenix", offered(token))) {
      assertThat(socket.protocol()).isEqualTo("phoenix");
    }
    try (PhoenixSocket socket =
        PhoenixSocket.connect(node.port(), PATH, offered(token), "phoenix")) {
      assertThat(socket.protocol()).isEqualTo("phoenix");
    }
    try (PhoenixSocket socket =
        PhoenixSocket.connect(node.port(), PATH + "&token=" + token, "phoenix")) {
      assertThat(socket.protocol()).isEqualTo("phoenix");
    }
    try (PhoenixSocket socket = PhoenixSocket.connect(node.port(), PATH + "&token=" + token)) {
      assertThat(socket.protocol()).isEmpty();
    }
  }

  /** The token is never answered: it is no protocol, and an answer is kept in more logs. */
  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void tokenAndUnknownProtocolsAreNotAnswered(String transport) {
    start(transport, tokens.required());
    String token = tokens.user("ada");
    try (PhoenixSocket socket = PhoenixSocket.connect(node.port(), PATH, offered(token))) {
      assertThat(socket.protocol()).isEmpty();
      assertThat(socket.join("lobby").getString("status")).isEqualTo("ok");
    }
    try (PhoenixSocket socket =
        PhoenixSocket.connect(node.port(), PATH + "&token=" + token, "mqtt")) {
      assertThat(socket.protocol()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void openModeAnswersTheSame(String transport) {
    start(transport, Authenticators.open());
    try (PhoenixSocket socket = PhoenixSocket.connect(node.port(), PATH, "phoenix")) {
      assertThat(socket.protocol()).isEqualTo("phoenix");
    }
    try (PhoenixSocket socket =
        PhoenixSocket.connect(node.port(), PATH, "phoenix", offered("not.a.token"))) {
      assertThat(socket.protocol()).isEqualTo("phoenix");
    }
    try (PhoenixSocket socket = PhoenixSocket.connect(node.port(), PATH, "mqtt")) {
      assertThat(socket.protocol()).isEmpty();
    }
  }

  private static String upgrade(String header) {
    return RawSocket.upgrade(PATH).replace("\r\n\r\n", "\r\n" + header + "\r\n\r\n");
  }
}
