package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another token on an open socket: {@code access_token}. */
class AccessTokenTest {
  private static final String ALL = "{'sub':'ada','instances':['*']}";

  /** Long enough to connect with on a busy machine. */
  private static final Duration BRIEF = Duration.ofSeconds(4);

  private final Tokens tokens = new Tokens();
  private TestNode node;
  private PhoenixSocket ada;

  @BeforeEach
  void start() {
    node = TestNode.builder().authenticators(tokens.required()).start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'news':{},'ideas':{}}}");
    ada = node.connect("chat", "vsn=2.0.0&token=" + tokens.token(ALL));
    ada.send("['1','1','news','phx_join',{}]").send("['2','2','ideas','phx_join',{}]");
    ada.awaitReply("1");
    ada.awaitReply("2");
  }

  @AfterEach
  void stop() {
    node.close();
    tokens.close();
  }

  private JsonObject renew(String ref, String token) {
    return renew(ref, "phoenix", token);
  }

  private JsonObject renew(String ref, String topic, String token) {
    ada.send(
        "[null,'" + ref + "','" + topic + "','access_token',{'access_token':'" + token + "'}]");
    return ada.awaitReply(ref).getJsonObject(4);
  }

  private static String reason(JsonObject reply) {
    return reply.getJsonObject("response").getString("reason");
  }

  private void pushIs(String room, String ref, String status) {
    String joinRef = room.equals("news") ? "1" : "2";
    ada.send("['" + joinRef + "','" + ref + "','" + room + "','push',{}]");
    assertThat(ada.awaitReply(ref).getJsonObject(4).getString("status")).isEqualTo(status);
  }

  @Test
  void sameRightsAreTakenOnPhoenixAndOnAJoinedTopic() {
    assertThat(renew("3", tokens.token(ALL)))
        .isEqualTo(new JsonObject("{\"status\":\"ok\",\"response\":{}}"));
    assertThat(renew("4", "news", tokens.token(ALL)).getString("status")).isEqualTo("ok");
    pushIs("news", "5", "ok");
    ada.send("[null,'6','other','access_token',{'access_token':'x'}]");
    assertThat(reason(ada.awaitReply("6").getJsonObject(4))).isEqualTo("not_joined");
  }

  @Test
  void roomThatIsNotCoveredAnyMoreIsClosedAtOnce() {
    try (PhoenixSocket bob = node.connect("chat", "vsn=2.0.0&token=" + tokens.user("bob"))) {
      bob.join("ideas");
      assertThat(bob.awaitEvent("presence_state").toString()).contains("ada");
      renew("3", tokens.token("{'sub':'ada','instances':['chat'],'rooms':{'news':['join']}}"));
      assertThat(ada.awaitEvent("phx_close").encode())
          .isEqualTo("[\"2\",\"2\",\"ideas\",\"phx_close\",{}]");
      pushIs("ideas", "4", "error");
      bob.awaitMessage(
          m -> m.getString(3).equals("presence_diff") && m.encode().contains("\"leaves\":{\"ada"));
    }
  }

  @Test
  void fewerRightsInARoomCountAtOnceAndMoreToo() {
    renew("3", tokens.token("{'sub':'ada','instances':['chat'],'rooms':{'*':['join']}}"));
    pushIs("news", "4", "error");
    renew("5", tokens.token("{'sub':'ada','instances':['chat'],'rooms':{'*':['join','push']}}"));
    pushIs("news", "6", "ok");
  }

  @Test
  void whoMayNotSeePresenceAnyMoreIsNotToldOfIt() {
    renew("3", tokens.token("{'sub':'ada','instances':['chat'],'rooms':{'*':['join','push']}}"));
    ada.rest().clear();
    try (PhoenixSocket bob = node.connect("chat", "vsn=2.0.0&token=" + tokens.user("bob"));
        PhoenixSocket eve = node.connect("chat", "vsn=2.0.0&token=" + tokens.user("eve"))) {
      eve.join("news");
      bob.join("news");
      eve.awaitMessage(m -> m.getString(3).equals("presence_diff") && m.encode().contains("\"bob"));
      pushIs("news", "4", "ok");
      ada.awaitEvent("msg");
      assertThat(ada.rest().toString()).doesNotContain("presence");
    }
  }

  private String grant(String rights) {
    return tokens.token("{'sub':'ada','instances':['chat'],'rooms':{'*':[" + rights + "]}}");
  }

  @Test
  void whoMaySeePresenceAgainGetsItsStateAndThenItsDiffs() {
    renew("3", grant("'join'"));
    try (PhoenixSocket bob = node.connect("chat", "vsn=2.0.0&token=" + tokens.user("bob"));
        PhoenixSocket eve = node.connect("chat", "vsn=2.0.0&token=" + tokens.user("eve"))) {
      bob.join("news");
      bob.awaitMessage(m -> m.getString(3).equals("presence_diff") && m.encode().contains("\"bob"));
      ada.rest().clear();
      renew("4", grant("'join','presence'"));
      String state = ada.awaitMessage(m -> m.getString(2).equals("news") && isState(m)).encode();
      assertThat(state).startsWith("[\"1\",null,\"news\"").contains("\"ada\"", "\"bob\"");
      ada.awaitMessage(m -> m.getString(2).equals("ideas") && isState(m));
      eve.join("news");
      ada.awaitMessage(m -> m.getString(3).equals("presence_diff") && m.encode().contains("\"eve"));
      renew("5", grant("'join'"));
      renew("6", grant("'join'"));
      assertThat(ada.rest().toString()).doesNotContain("presence_state");
    }
  }

  private static boolean isState(JsonArray message) {
    return message.getString(3).equals("presence_state");
  }

  @Test
  void historyIsReadOnceItIsGivenAndNotAfterItIsTaken() {
    String history = "['1','%s','news','history',{'limit':1}]";
    renew("3", grant("'join'"));
    ada.send(history.formatted("4"));
    assertThat(reason(ada.awaitReply("4").getJsonObject(4))).isEqualTo("forbidden");
    renew("5", grant("'join','history'"));
    ada.send(history.formatted("6"));
    assertThat(ada.awaitReply("6").getJsonObject(4).getString("status")).isEqualTo("ok");
    renew("7", grant("'join'"));
    ada.send(history.formatted("8"));
    assertThat(reason(ada.awaitReply("8").getJsonObject(4))).isEqualTo("forbidden");
  }

  @Test
  void tokenOfAnotherUserIsForbiddenAndChangesNothing() {
    JsonObject reply = renew("3", tokens.user("bob"));
    assertThat(reason(reply)).isEqualTo("forbidden");
    assertThat(reply.toString()).contains("bob").contains("expected ada");
    pushIs("news", "4", "ok");
  }

  @Test
  void tokenOfATenantIsNoTokenOfTheNodes() {
    JsonObject reply = renew("3", tokens.ofTenant("acme", ALL));
    assertThat(reason(reply)).isEqualTo("forbidden");
    assertThat(reply.toString()).contains("tenant acme");
  }

  @Test
  void tokenThatGivesNothingInTheInstanceIsForbiddenAndChangesNothing() {
    JsonObject reply = renew("3", tokens.token("{'sub':'ada','instances':['other']}"));
    assertThat(reason(reply)).isEqualTo("forbidden");
    pushIs("news", "4", "ok");
  }

  @Test
  void whatIsNoTokenIsRefusedInWords() {
    assertThat(reason(renew("3", "x"))).isEqualTo("unauthorized");
    ada.send("[null,'4','phoenix','access_token',{}]");
    assertThat(reason(ada.awaitReply("4").getJsonObject(4))).isEqualTo("invalid_payload");
    ada.send("[null,'5','phoenix','access_token',[]]");
    assertThat(reason(ada.awaitReply("5").getJsonObject(4))).isEqualTo("invalid_payload");
    pushIs("news", "6", "ok");
  }

  @Test
  void tokensInQuickSuccessionAreTurnedAway() {
    String last = "";
    for (int i = 0; i < 20 && !"overloaded".equals(last); i++) {
      last = reason(renew("r" + i, "x"));
    }
    assertThat(last).isEqualTo("overloaded");
    pushIs("news", "6", "ok");
  }

  @Test
  void openModeTakesAnyTokenAndChangesNothing() {
    try (TestNode open = TestNode.start()) {
      open.create("{'id':'chat','type':'accumulative'}");
      try (PhoenixSocket bob = open.connect("chat", "vsn=2.0.0&userId=bob")) {
        bob.join("lobby");
        bob.send("[null,'2','phoenix','access_token',{'access_token':'x'}]");
        assertThat(bob.awaitReply("2").getJsonObject(4).getString("status")).isEqualTo("ok");
        bob.send("['1','3','lobby','push',{}]");
        assertThat(bob.awaitEvent("msg").toString()).contains("\"id\":\"bob\"");
      }
    }
  }

  @Test
  void socketIsToldBeforeItsTokenExpiresAndClosedAfterTheGrace() {
    Duration notice = Duration.ofSeconds(60);
    try (TestNode strict =
        TestNode.builder().authenticators(tokens.required(notice, Duration.ZERO)).start()) {
      strict.create("{'id':'chat','type':'accumulative'}");
      String token = tokens.token(ALL, BRIEF);
      PhoenixSocket socket = strict.connect("chat", "vsn=2.0.0&token=" + token);
      assertThat(socket.awaitEvent("token_expiring").getJsonObject(4).getInteger("in"))
          .isBetween(1, (int) BRIEF.toMillis());
      PhoenixSocket.Closed closed = socket.awaitClosed();
      assertThat(closed).isEqualTo(new PhoenixSocket.Closed(4001, "token_expired"));
    }
  }

  @Test
  void renewedTokenKeepsTheSocketOpen() {
    Duration notice = Duration.ofSeconds(60);
    try (TestNode strict =
        TestNode.builder().authenticators(tokens.required(notice, Duration.ZERO)).start()) {
      strict.create("{'id':'chat','type':'accumulative'}");
      String brief = tokens.token(ALL, BRIEF);
      PhoenixSocket idle = strict.connect("chat", "vsn=2.0.0&token=" + brief);
      try (PhoenixSocket renewing = strict.connect("chat", "vsn=2.0.0&token=" + brief)) {
        renewing.awaitEvent("token_expiring");
        String frame = "[null,'2','phoenix','access_token',{'access_token':'%s'}]";
        renewing.send(frame.formatted(tokens.token(ALL)));
        assertThat(renewing.awaitReply("2").getJsonObject(4).getString("status")).isEqualTo("ok");
        idle.awaitClosed();
        renewing.send("[null,'3','phoenix','heartbeat',{}]");
        renewing.awaitReply("3");
      }
    }
  }
}
