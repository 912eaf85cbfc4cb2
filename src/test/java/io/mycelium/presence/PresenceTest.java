package io.mycelium.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client that applies {@code presence_state} and the later diffs knows all members. */
class PresenceTest {
  private final TestNode node = TestNode.start();

  @AfterEach
  void close() {
    node.close();
  }

  /** A client's view, kept as phoenix.js keeps it: references of metas by user. */
  private static final class View {
    private final Map<String, Set<String>> users = new TreeMap<>();
    private int diffs;

    void state(JsonObject state) {
      users.clear();
      state.forEach(user -> users.put(user.getKey(), refs(user.getValue())));
    }

    void diff(JsonObject diff) {
      diffs++;
      diff.getJsonObject("joins")
          .forEach(
              u ->
                  users
                      .computeIfAbsent(u.getKey(), k -> new TreeSet<>())
                      .addAll(refs(u.getValue())));
      diff.getJsonObject("leaves")
          .forEach(
              u -> {
                Set<String> left = users.getOrDefault(u.getKey(), new TreeSet<>());
                left.removeAll(refs(u.getValue()));
                if (left.isEmpty()) {
                  users.remove(u.getKey());
                }
              });
    }

    private static Set<String> refs(Object entry) {
      Set<String> refs = new TreeSet<>();
      JsonArray metas = ((JsonObject) entry).getJsonArray("metas");
      metas.forEach(meta -> refs.add(((JsonObject) meta).getString("phx_ref")));
      return refs;
    }

    /** Applies messages until the view is as expected. */
    void awaitEqual(PhoenixSocket client, Map<String, Integer> metasByUser) {
      while (!counts().equals(metasByUser)) {
        JsonArray message =
            client.awaitMessage(m -> String.valueOf(m.getString(3)).startsWith("presence_"));
        if (message.getString(3).equals("presence_state")) {
          state(message.getJsonObject(4));
        } else {
          diff(message.getJsonObject(4));
        }
      }
    }

    Map<String, Integer> counts() {
      Map<String, Integer> counts = new TreeMap<>();
      users.forEach((user, refs) -> counts.put(user, refs.size()));
      return counts;
    }
  }

  private PhoenixSocket join(String user) {
    PhoenixSocket client = node.connect("x", "vsn=2.0.0&userId=" + user);
    client.join("r");
    return client;
  }

  @Test
  void severalConnectionsOfOneUserAreMetasOfOneEntry() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
    PhoenixSocket watcher = join("watcher");
    View view = new View();
    view.awaitEqual(watcher, Map.of("watcher", 1));
    PhoenixSocket first = join("ada");
    PhoenixSocket second = join("ada");
    view.awaitEqual(watcher, Map.of("watcher", 1, "ada", 2));
    first.abort();
    view.awaitEqual(watcher, Map.of("watcher", 1, "ada", 1));
    second.send("['1','9','r','phx_leave',{}]");
    view.awaitEqual(watcher, Map.of("watcher", 1));
  }

  @Test
  void aSocketThatDiesLeaves() {
    node.create("{'id':'x','type':'collaborative','rooms':{'r':{}}}");
    PhoenixSocket watcher = join("watcher");
    DeafSocket raw = new DeafSocket(node.port(), "x");
    raw.send("['1','1','r','phx_join',{}]").awaitText("presence_state");
    View view = new View();
    node.await(
        () -> {
          JsonArray message =
              watcher.awaitMessage(m -> String.valueOf(m.getString(3)).startsWith("presence_"));
          if (message.getString(3).equals("presence_state")) {
            view.state(message.getJsonObject(4));
          } else {
            view.diff(message.getJsonObject(4));
          }
          return view.users.size();
        },
        size -> size == 2);
    raw.die();
    view.awaitEqual(watcher, Map.of("watcher", 1));
  }

  @Test
  void aRoomMayTurnPresenceOff() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{'presence':'off'}}}");
    PhoenixSocket ada = join("ada");
    PhoenixSocket bob = join("bob");
    bob.send("['1','2','r','push',{}]").awaitReply("2");
    ada.awaitEvent("msg");
    assertThat(ada.rest()).noneMatch(frame -> frame.toString().contains("presence_"));
  }

  @Test
  void aMetaOverTheLimitIsRefusedAndNamesBothSizes() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{},'s':{'max_meta_bytes':18}}}");
    PhoenixSocket ada = node.connect("x", "vsn=2.0.0&userId=ada");
    String large = "x".repeat(900_000);
    ada.send("['1','1','r','phx_join',{'meta':{'x':'" + large + "'}}]");
    assertThat(refusal(ada, "1"))
        .isEqualTo(
            "invalid_payload payload has 900017 bytes, expected at most 69632 of a join:"
                + " max_meta_bytes and 65536");
    ada.send("['2','2','r','phx_join',{'meta':{'x':'" + large.substring(0, 4089) + "'}}]");
    assertThat(refusal(ada, "2"))
        .isEqualTo("invalid_payload meta has 4097 bytes, expected at most 4096 (max_meta_bytes)");
    ada.send("['3','3','s','phx_join',{'meta': { 'x' : [1, 2, 3, 4, 5, 6] } }]");
    assertThat(refusal(ada, "3"))
        .isEqualTo("invalid_payload meta has 19 bytes, expected at most 18 (max_meta_bytes)");
    ada.send("['4','4','r','phx_join',{'meta':{'x':'" + large.substring(0, 4088) + "'}}]");
    assertThat(ada.awaitReply("4").getJsonObject(4).getString("status")).isEqualTo("ok");
    assertThat(ada.awaitEvent("presence_state").getJsonObject(4).fieldNames())
        .containsExactly("ada");
  }

  private static String refusal(PhoenixSocket client, String ref) {
    JsonObject reply = client.awaitReply(ref).getJsonObject(4);
    JsonObject response = reply.getJsonObject("response");
    assertThat(reply.getString("status")).isEqualTo("error");
    assertThat(response.containsKey("retryable")).isFalse();
    return response.getString("reason") + " " + response.getString("message");
  }

  @Test
  void aStateThatWouldWeighTooMuchShowsEveryoneAndTheSmallMetas() {
    node.create("{'id':'x','type':'accumulative','config':{'max_presence_bytes':10000}}");
    PhoenixSocket watcher = node.connect("x", "vsn=2.0.0&userId=watcher");
    watcher.send("['1','1','lobby','phx_join',{'meta':{'name':'W'}}]").awaitReply("1");
    String meta = "{'meta':{'x':'" + "x".repeat(4000) + "'}}";
    for (int i = 0; i < 30; i++) {
      node.connect("x", "vsn=2.0.0&userId=mallory")
          .send("['1','1','lobby','phx_join'," + meta + "]")
          .awaitReply("1");
    }
    View view = new View();
    Map<String, Integer> all = Map.of("watcher", 1, "mallory", 30);
    view.awaitEqual(watcher, all);
    PhoenixSocket late = node.connect("x", "vsn=2.0.0&userId=late");
    late.send("['1','1','lobby','phx_join',{}]");
    JsonObject state = late.awaitEvent("presence_state").getJsonObject(4);
    assertThat(state.encode()).hasSizeLessThan(10_000);
    assertThat(metas(state, "watcher").getJsonObject(0).getString("name")).isEqualTo("W");
    assertThat(metas(state, "mallory")).hasSize(30);
    assertThat(metas(state, "mallory").getJsonObject(29).fieldNames()).containsOnly("phx_ref");
  }

  private static JsonArray metas(JsonObject state, String user) {
    return state.getJsonObject(user).getJsonArray("metas");
  }

  @Test
  void manyJoinsAndLeavesAndACrashEndWithTheTruthInFewDiffs() {
    node.create("{'id':'x','type':'accumulative','rooms':{'r':{}}}");
    PhoenixSocket watcher = join("watcher");
    Random random = new Random(5);
    List<PhoenixSocket> clients = new ArrayList<>();
    List<String> users = new ArrayList<>();
    int changes = 0;
    for (int i = 0; i < 300; i++) {
      if (!clients.isEmpty() && random.nextInt(5) < 2) {
        int leaving = random.nextInt(clients.size());
        PhoenixSocket client = clients.remove(leaving);
        users.remove(leaving);
        if (random.nextBoolean()) {
          client.abort();
        } else {
          client.send("['1','9','r','phx_leave',{}]").awaitReply("9");
        }
      } else {
        String user = "user" + random.nextInt(20);
        clients.add(join(user));
        users.add(user);
      }
      changes++;
      if (i % 100 == 50) {
        TestNode.await(node.directory().restart("x"));
      }
    }
    Map<String, Integer> truth = new TreeMap<>(Map.of("watcher", 1));
    users.forEach(user -> truth.merge(user, 1, Integer::sum));
    View view = new View();
    view.awaitEqual(watcher, truth);
    assertThat(view.diffs).isLessThan(changes);
    PhoenixSocket late = join("late");
    View fresh = new View();
    truth.put("late", 1);
    fresh.awaitEqual(late, truth);
    clients.forEach(PhoenixSocket::abort);
    late.abort();
    view.awaitEqual(watcher, Map.of("watcher", 1));
  }
}
