package io.mycelium.durable;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.MemoryStore;
import io.mycelium.testing.CountingStore;
import io.mycelium.testing.Figures;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Very many clients that come back at once are served from memory. */
class CrowdTest {
  private static final int CLIENTS = Integer.getInteger("mycelium.crowd", 1000);
  private static final int ENTRIES = 300;
  private static final int IN_MEMORY = 100;

  private CountingStore store;
  private TestNode node;
  private WebSocketClient http;
  private String epoch;

  /** Its store keeps all entries, the room the newest in memory. */
  @BeforeEach
  void start() {
    store = new CountingStore(new MemoryStore(JournalConfig.DEFAULT.inMemory()));
    JournalConfig limits = JournalConfig.DEFAULT.inMemory(IN_MEMORY, 8 << 20);
    node = TestNode.builder().journal(limits).store(store).start();
    node.create("{'id':'c','type':'accumulative','config':{'presence':'off'},'rooms':{'r':{}}}");
    for (int i = 1; i <= ENTRIES; i++) {
      TestNode.await(node.directory().push("c", "r", "ada", String.valueOf(i)));
    }
    epoch = TestNode.await(node.directory().room("c", "r")).getString("epoch");
    http =
        node.vertx().createWebSocketClient(new WebSocketClientOptions().setMaxConnections(CLIENTS));
  }

  @AfterEach
  void close() {
    node.close();
  }

  /** One that says what it heard, once all that it missed has come. */
  private Future<List<Long>> resume(WebSocket socket, long since) {
    List<Long> heard = new ArrayList<>();
    Promise<List<Long>> all = Promise.promise();
    socket.textMessageHandler(
        text -> {
          JsonArray message = new JsonArray(text);
          JsonObject payload = message.getJsonObject(4);
          if (message.getString(3).equals("phx_reply")) {
            JsonObject response = payload.getJsonObject("response");
            if (!Boolean.TRUE.equals(response.getBoolean("recovered"))) {
              all.tryFail(new AssertionError(text));
            }
          } else {
            heard.add(payload.getLong("seq"));
          }
          if (heard.size() == ENTRIES - since) {
            all.tryComplete(heard);
          }
        });
    socket.writeTextMessage(
        "[\"1\",\"1\",\"r\",\"phx_join\",{\"since\":{\"seq\":"
            + since
            + ",\"epoch\":\""
            + epoch
            + "\"}}]");
    return all.future();
  }

  /** All connect, all join at once, and each hears exactly what it missed. */
  private int readsWhileAllResume(IntToLongFunction since) {
    List<Future<WebSocket>> connected = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      connected.add(
          http.connect(
              new WebSocketConnectOptions()
                  .setHost("127.0.0.1")
                  .setPort(node.port())
                  .setURI("/socket/c/websocket?vsn=2.0.0")));
    }
    TestNode.await(Future.all(connected));
    int before = store.reads();
    long began = System.nanoTime();
    List<Future<List<Long>>> resumed = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      resumed.add(resume(connected.get(i).result(), since.applyAsLong(i)));
    }
    TestNode.await(Future.all(resumed));
    for (int i = 0; i < CLIENTS; i++) {
      List<Long> missed = new ArrayList<>();
      for (long seq = since.applyAsLong(i) + 1; seq <= ENTRIES; seq++) {
        missed.add(seq);
      }
      assertThat(resumed.get(i).result()).isEqualTo(missed);
    }
    int reads = store.reads() - before;
    Figures.log(
        "%,d clients resumed after %d ms with %d reads",
        CLIENTS, (System.nanoTime() - began) / 1_000_000, reads);
    return reads;
  }

  @Test
  void whoWasAwayForAWhileCausesNoReadAtAll() {
    assertThat(readsWhileAllResume(i -> ENTRIES - 1 - i % 50)).isZero();
  }

  /** One for those who came first, one for those who came while it was on its way. */
  @Test
  void thoseFromFurtherBackShareAHandfulOfReads() {
    assertThat(readsWhileAllResume(i -> ENTRIES - IN_MEMORY - 2 - i % 50)).isBetween(1, 3);
  }
}
