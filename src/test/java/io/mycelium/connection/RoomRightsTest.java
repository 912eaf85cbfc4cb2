package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each right in a room lets a channel do and hear, with either serializer. */
class RoomRightsTest {
  private final Tokens tokens = new Tokens();
  private TestNode node;

  @BeforeEach
  void start() {
    node = TestNode.builder().eventLoops(1).authenticators(tokens.required()).start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'news':{}}}");
  }

  @AfterEach
  void stop() {
    node.close();
    tokens.close();
  }

  /** A client of one serializer whose messages read the same for both. */
  private final class Client implements AutoCloseable {
    private final boolean v1;
    private final PhoenixSocket socket;
    private int ref;

    Client(String version, String user, String rights) {
      v1 = version.startsWith("1");
      String claims = "{'sub':'" + user + "','instances':['chat'],'rooms':" + rights + "}";
      socket = node.connect("chat", "vsn=" + version + "&token=" + tokens.token(claims));
    }

    /** Sends, and returns the payload of the reply. */
    JsonObject ask(String topic, String event, String payload) {
      String id = String.valueOf(++ref);
      socket.send(
          v1
              ? "{'topic':'%s','event':'%s','payload':%s,'ref':'%s','join_ref':'1'}"
                  .formatted(topic, event, payload, id)
              : "['1','%s','%s','%s',%s]".formatted(id, topic, event, payload));
      return await("phx_reply", id);
    }

    JsonObject await(String event, String id) {
      PhoenixSocket.Frame found =
          socket.await(frame -> isOf(frame, event) && (id == null || id.equals(ref(frame))));
      return payload(found);
    }

    List<String> restOfEvents() {
      return socket.rest().stream().map(this::event).toList();
    }

    private boolean isOf(PhoenixSocket.Frame frame, String event) {
      return event.equals(event(frame));
    }

    private String text(PhoenixSocket.Frame frame) {
      return ((PhoenixSocket.Text) frame).text();
    }

    private String event(PhoenixSocket.Frame frame) {
      return v1
          ? new JsonObject(text(frame)).getString("event")
          : new JsonArray(text(frame)).getString(3);
    }

    private String ref(PhoenixSocket.Frame frame) {
      return v1
          ? new JsonObject(text(frame)).getString("ref")
          : new JsonArray(text(frame)).getString(1);
    }

    private JsonObject payload(PhoenixSocket.Frame frame) {
      return v1
          ? new JsonObject(text(frame)).getJsonObject("payload")
          : new JsonArray(text(frame)).getJsonObject(4);
    }

    @Override
    public void close() {
      socket.close();
    }
  }

  private static void isOk(JsonObject reply) {
    assertThat(reply.getString("status")).as("%s", reply).isEqualTo("ok");
  }

  private static void isForbidden(JsonObject reply, String right) {
    assertThat(reply.getString("status")).isEqualTo("error");
    JsonObject response = reply.getJsonObject("response");
    assertThat(response.getString("reason")).isEqualTo("forbidden");
    assertThat(response.getString("message")).contains("the room right " + right);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "2.0.0"})
  void withoutPresenceAChannelIsNotToldWhoIsThereAndIsSeenItself(String version) {
    try (Client blind = new Client(version, "bob", "{'*':['join','push']}");
        Client seeing = new Client(version, "ada", "{'*':['join','push','presence']}")) {
      isOk(blind.ask("news", "phx_join", "{}"));
      isOk(seeing.ask("news", "phx_join", "{}"));
      assertThat(seeing.await("presence_state", null).fieldNames()).contains("bob");
      try (Client third = new Client(version, "eve", "{'*':['join','push']}")) {
        isOk(third.ask("news", "phx_join", "{}"));
        seeing.socket.await(frame -> isTold(frame, "presence_diff", "eve"));
        isOk(third.ask("news", "push", "'the last'"));
      }
      awaitMessage(blind, "the last");
      assertThat(blind.restOfEvents()).contains("state").doesNotContain("presence_state");
      assertThat(blind.restOfEvents()).doesNotContain("presence_diff");
    }
  }

  private static boolean isTold(PhoenixSocket.Frame frame, String event, String user) {
    return frame.toString().contains("\"" + event + "\"") && frame.toString().contains(user);
  }

  private static void awaitMessage(Client client, String text) {
    client.socket.await(frame -> frame.toString().contains(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "2.0.0"})
  void blindAndSeeingChannelsHearTheSameMessagesInTheSameOrder(String version) {
    try (Client blind = new Client(version, "bob", "{'*':['join']}");
        Client seeing = new Client(version, "ada", "{'*':['join','push','presence']}")) {
      isOk(blind.ask("news", "phx_join", "{}"));
      isOk(seeing.ask("news", "phx_join", "{}"));
      for (int i = 1; i <= 20; i++) {
        isOk(seeing.ask("news", "push", "{'n':" + i + "}"));
      }
      for (int i = 1; i <= 20; i++) {
        assertThat(blind.await("msg", null).getInteger("seq")).isEqualTo(i);
        assertThat(seeing.await("msg", null).getInteger("seq")).isEqualTo(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "2.0.0"})
  void withoutJoinNothingIsHeardOfARoom(String version) {
    try (Client client =
        new Client(version, "bob", "{'lobby':['join'],'news':['push','history']}")) {
      isForbidden(client.ask("news", "phx_join", "{}"), "join");
      isOk(client.ask("lobby", "phx_join", "{}"));
      isOk(client.ask("lobby", "get_rooms", "{}"));
      client.await("rooms", null);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "2.0.0"})
  void withoutPushAChannelListens(String version) {
    try (Client client = new Client(version, "bob", "{'news':['join','history']}")) {
      isOk(client.ask("news", "phx_join", "{}"));
      isForbidden(client.ask("news", "push", "{}"), "push");
      isForbidden(client.ask("news", "push_once", "{'key':'k','data':1}"), "push");
      isForbidden(client.ask("news", "an_event_of_a_plug_in", "{}"), "push");
      isOk(client.ask("news", "history", "{}"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.0.0", "2.0.0"})
  void withoutHistoryAChannelResumesAndReadsNoOlderEntries(String version) {
    try (Client client = new Client(version, "bob", "{'news':['join','push']}")) {
      JsonObject joined = client.ask("news", "phx_join", "{}");
      isOk(joined);
      isOk(client.ask("news", "push", "{'n':1}"));
      isForbidden(client.ask("news", "history", "{}"), "history");
      String epoch = client.await("state", null).getString("epoch");
      String since = "{'since':{'seq':0,'epoch':'" + epoch + "'}}";
      try (Client again = new Client(version, "bob", "{'news':['join','push']}")) {
        JsonObject resumed = again.ask("news", "phx_join", since);
        assertThat(resumed.getJsonObject("response").getBoolean("recovered")).isTrue();
        assertThat(again.await("msg", null).getInteger("seq")).isEqualTo(1);
      }
    }
  }
}
