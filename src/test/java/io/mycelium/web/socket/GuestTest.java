package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who comes without a token: {@code guests} of an instance. */
class GuestTest {
  private final Tokens tokens = new Tokens();
  private TestNode node;

  @BeforeEach
  void start() {
    node = TestNode.builder().authenticators(tokens.required()).start();
    node.create("{'id':'shut','type':'accumulative'}");
    node.create("{'id':'read','type':'accumulative','config':{'guests':'read'}}");
    node.create("{'id':'write','type':'accumulative','config':{'guests':'write'}}");
  }

  @AfterEach
  void stop() {
    node.close();
    tokens.close();
  }

  private String answer(String path) {
    try (RawSocket socket = RawSocket.tcp(node.port())) {
      return socket.request(RawSocket.upgrade(path)).split(" ")[1];
    }
  }

  @Test
  void instanceLetsNoGuestsInUnlessItSaysSo() {
    assertThat(answer("/socket/shut/websocket?vsn=2.0.0")).isEqualTo("401");
    assertThat(answer("/socket/shut/websocket?vsn=2.0.0&userId=ada")).isEqualTo("401");
  }

  /** Else anybody could try out which instances there are. */
  @Test
  void instanceThatIsNotThereAnswersAsOneThatIsShut() {
    assertThat(answer("/socket/nothing/websocket?vsn=2.0.0")).isEqualTo("401");
  }

  @Test
  void guestReadsWhereGuestsMayRead() {
    try (PhoenixSocket guest = node.connect("read", "vsn=2.0.0&userId=ada")) {
      assertThat(guest.join("lobby").getString("status")).isEqualTo("ok");
      guest.send("['1','2','lobby','push',{}]");
      assertThat(guest.awaitReply("2").toString()).contains("forbidden", "guest-ada");
      guest.send("['1','3','lobby','history',{}]");
      assertThat(guest.awaitReply("3").toString()).contains("\"ok\"");
    }
  }

  /** A guest who calls itself ada is not the ada of a token. */
  @Test
  void guestWritesWhereGuestsMayWriteUnderAnIdThatIsNoTokens() {
    try (PhoenixSocket guest = node.connect("write", "vsn=2.0.0&userId=ada");
        PhoenixSocket ada = node.connect("write", "vsn=2.0.0&token=" + tokens.user("ada"))) {
      ada.join("lobby");
      guest.join("lobby");
      guest.send("['1','2','lobby','push',{}]");
      assertThat(ada.awaitEvent("msg").toString()).contains("\"id\":\"guest-ada\"");
      guest.send(
          "[null,'3','phoenix','access_token',{'access_token':'" + tokens.user("ada") + "'}]");
      assertThat(guest.awaitReply("3").toString()).contains("forbidden", "guest-ada");
    }
  }

  @Test
  void tokenOfAGuestsNameIsRefused() {
    String token = tokens.user("guest-ada");
    assertThat(answer("/socket/write/websocket?vsn=2.0.0&token=" + token)).isEqualTo("401");
  }

  /** Whoever has one is told that it does not count. */
  @Test
  void wrongTokenDoesNotMakeAGuest() {
    assertThat(answer("/socket/write/websocket?vsn=2.0.0&token=x.y.z")).isEqualTo("401");
    assertThat(answer("/socket/write/websocket?vsn=2.0.0&userId=__proto__")).isEqualTo("101");
    assertThat(answer("/socket/write/websocket?vsn=2.0.0&userId=a%00")).isEqualTo("400");
  }
}
