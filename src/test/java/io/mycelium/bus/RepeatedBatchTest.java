package io.mycelium.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Messages without a sequence are not doubled either when the bus repeats a batch. */
class RepeatedBatchTest {
  private final TestNode node =
      TestNode.builder().types(new FaultyType()).supervision(10, 4, 2000).eventLoops(2).start();

  @AfterEach
  void close() {
    node.close();
  }

  /** Every batch comes twice, to every link. */
  private void repeatAll() {
    Set<Object> repeated =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    node.vertx()
        .eventBus()
        .addOutboundInterceptor(
            sent -> {
              Object body = sent.message().body();
              sent.next();
              if (body instanceof DeliveryBatch && repeated.add(body)) {
                node.vertx().eventBus().publish(sent.message().address(), body);
              }
            });
  }

  /** How often each event except replies came, up to the {@code msg} with this sequence. */
  private static Map<String, Integer> eventsUpTo(PhoenixSocket client, long seq) {
    Map<String, Integer> counts = new TreeMap<>();
    JsonArray message;
    do {
      message = ((PhoenixSocket.Text) client.next()).message();
      String event = message.getString(2) + " " + message.getString(3);
      if (!event.endsWith("phx_reply")) {
        counts.merge(event, 1, Integer::sum);
      }
    } while (!"msg".equals(message.getString(3)) || message.getJsonObject(4).getLong("seq") != seq);
    return counts;
  }

  @Test
  void everyMessageComesOnceToEveryGateway() {
    repeatAll();
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    List<PhoenixSocket> clients =
        List.of(node.connect("f"), node.connect("f"), node.connect("f"), node.connect("f"));
    for (PhoenixSocket client : clients) {
      client.join("lobby");
      client.awaitEvent("rooms");
      client.join("r");
      client.awaitEvent("presence_diff");
    }
    clients.forEach(client -> client.rest().clear());
    PhoenixSocket ada = clients.get(0);
    ada.send("['1','2','lobby','get_rooms',{}]").awaitReply("2");
    ada.send("['1','3','r','push',{'shout':true,'id':1}]").awaitReply("3");
    TestNode.await(node.directory().restart("f"));
    ada.send("['1','4','r','push',{'shout':true,'mute':true}]").awaitReply("4");
    ada.send("['1','5','r','push',{'id':2}]").awaitReply("5");
    for (PhoenixSocket client : clients) {
      Map<String, Integer> counts = eventsUpTo(client, 2);
      counts.keySet().removeIf(event -> event.endsWith("presence_diff"));
      assertThat(counts)
          .isEqualTo(
              client == ada
                  ? Map.of("lobby rooms", 1, "r shout", 2, "r msg", 2)
                  : Map.of("r shout", 2, "r msg", 2));
    }
  }

  @Test
  void aJoinIsGreetedOnceAndItsPresenceDiffComesOnce() {
    repeatAll();
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    PhoenixSocket ada = node.connect("f", "vsn=2.0.0&userId=ada");
    ada.join("r");
    ada.awaitMessage(m -> isDiffOf(m, "ada"));
    node.connect("f", "vsn=2.0.0&userId=bob").join("r");
    ada.awaitMessage(m -> isDiffOf(m, "bob"));
    ada.send("['1','2','r','push',{'id':1}]");
    assertThat(eventsUpTo(ada, 1))
        .isEqualTo(Map.of("r state", 1, "r presence_state", 1, "r msg", 1));
  }

  private static boolean isDiffOf(JsonArray message, String user) {
    return "presence_diff".equals(message.getString(3))
        && message.getJsonObject(4).getJsonObject("joins").containsKey(user);
  }
}
