package io.mycelium.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.TestNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import kotlin.Unit;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.phoenixframework.Channel;
import org.phoenixframework.Defaults;
import org.phoenixframework.Message;
import org.phoenixframework.Presence;
import org.phoenixframework.Push;
import org.phoenixframework.Socket;

/** JavaPhoenixClient (V2, OkHttp) against a running server. */
class JavaPhoenixClientTest {
  private static final long REPLY_MS = TestNode.PATIENCE.toMillis();

  private final OkHttpClient http = new OkHttpClient();
  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.start();
    node.create("{'id':'chat','type':'accumulative','rooms':{'general':{}}}");
  }

  @AfterEach
  void stop() {
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
    node.close();
  }

  private Socket connect(String user) {
    Socket socket =
        new Socket(
            "ws://127.0.0.1:" + node.port() + "/socket/chat/websocket",
            Map.of("userId", user),
            "2.0.0",
            Defaults.INSTANCE.getEncode(),
            Defaults.INSTANCE.getDecode(),
            http);
    socket.connect();
    return socket;
  }

  private static void disconnect(Socket socket) {
    socket.disconnect(1000, null, () -> Unit.INSTANCE);
  }

  /** Messages of some events, to wait for. */
  private static final class Inbox {
    private final LinkedBlockingQueue<Message> messages = new LinkedBlockingQueue<>();

    Unit add(Message message) {
      messages.add(message);
      return Unit.INSTANCE;
    }

    static Inbox of(Channel channel, String event) {
      Inbox inbox = new Inbox();
      channel.on(event, inbox::add);
      return inbox;
    }

    static Inbox of(Push push) {
      Inbox inbox = new Inbox();
      for (String status : List.of("ok", "error", "timeout")) {
        push.receive(status, inbox::add);
      }
      return inbox;
    }

    Message next() {
      try {
        Message message = messages.poll(REPLY_MS, TimeUnit.MILLISECONDS);
        assertThat(message).as("no message came").isNotNull();
        return message;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static Channel join(Socket socket, String room) {
    Channel channel = socket.channel(room, Map.of());
    assertThat(Inbox.of(channel.join(REPLY_MS)).next().getStatus()).isEqualTo("ok");
    return channel;
  }

  private static Map<?, ?> data(Message message) {
    return (Map<?, ?>) message.getPayload().get("data");
  }

  @Test
  void aJoinIsAnsweredAndTheStateFollows() {
    Socket socket = connect("ada");
    Channel channel = socket.channel("general", Map.of());
    Inbox states = Inbox.of(channel, "state");
    Message reply = Inbox.of(channel.join(REPLY_MS)).next();
    assertThat(reply.getStatus()).isEqualTo("ok");
    assertThat(reply.getPayload()).containsKeys("seq", "epoch");
    assertThat(data(states.next())).isEqualTo(Map.of("type", "accumulative", "state", Map.of()));
    disconnect(socket);
  }

  @Test
  void aPushIsRepliedToAndReachesTheOthers() {
    Socket ada = connect("ada");
    Socket bob = connect("bob");
    Channel from = join(ada, "general");
    Inbox messages = Inbox.of(join(bob, "general"), "msg");
    Message reply = Inbox.of(from.push("push", Map.of("text", "hé"), REPLY_MS)).next();
    assertThat(reply.getStatus()).isEqualTo("ok");
    assertThat(((Number) reply.getPayload().get("seq")).intValue()).isEqualTo(1);
    Map<?, ?> state = (Map<?, ?>) data(messages.next()).get("state");
    Map<?, ?> entry = (Map<?, ?>) state.get("1");
    assertThat(entry.get("user")).isEqualTo(Map.of("id", "ada"));
    assertThat(entry.get("payload")).isEqualTo(Map.of("text", "hé"));
    disconnect(ada);
    disconnect(bob);
  }

  @Test
  void anErrorHasItsReason() {
    Socket socket = connect("ada");
    Message refused = Inbox.of(socket.channel("nowhere", Map.of()).join(REPLY_MS)).next();
    assertThat(refused.getStatus()).isEqualTo("error");
    assertThat(refused.getPayload().get("reason")).isEqualTo("unknown_room");
    Message unknown = Inbox.of(join(socket, "general").push("dance", Map.of(), REPLY_MS)).next();
    assertThat(unknown.getStatus()).isEqualTo("error");
    assertThat(unknown.getPayload().get("reason")).isEqualTo("unknown_event");
    disconnect(socket);
  }

  @Test
  void aLeaveIsAnsweredAndClosesTheChannel() {
    Socket socket = connect("ada");
    Channel channel = join(socket, "general");
    Inbox closed = new Inbox();
    channel.onClose(closed::add);
    Push leave = channel.leave(REPLY_MS);
    assertThat(Inbox.of(leave).next().getStatus()).isEqualTo("ok");
    assertThat(closed.next()).isNotNull();
    assertThat(channel.isClosed()).isTrue();
    disconnect(socket);
  }

  @Test
  void presenceFollowsWhoComesAndGoes() throws InterruptedException {
    Socket ada = connect("ada");
    Channel channel = ada.channel("general", Map.of());
    Presence presence = new Presence(channel, Presence.Options.Companion.getDefaults());
    LinkedBlockingQueue<Map<String, Integer>> lists = new LinkedBlockingQueue<>();
    presence.onSync(
        () -> {
          Map<String, Integer> metas = new HashMap<>();
          presence.getState().forEach((user, entry) -> metas.put(user, entry.get("metas").size()));
          lists.add(metas);
          return Unit.INSTANCE;
        });
    assertThat(Inbox.of(channel.join(REPLY_MS)).next().getStatus()).isEqualTo("ok");
    await(lists, list -> list.equals(Map.of("ada", 1)));
    Socket tab = connect("bob");
    Socket otherTab = connect("bob");
    join(tab, "general");
    join(otherTab, "general");
    await(lists, list -> list.equals(Map.of("ada", 1, "bob", 2)));
    disconnect(tab);
    await(lists, list -> list.equals(Map.of("ada", 1, "bob", 1)));
    disconnect(otherTab);
    await(lists, list -> list.equals(Map.of("ada", 1)));
    disconnect(ada);
  }

  private static void await(
      LinkedBlockingQueue<Map<String, Integer>> lists, Predicate<Map<String, Integer>> wanted)
      throws InterruptedException {
    Map<String, Integer> list = lists.poll(REPLY_MS, TimeUnit.MILLISECONDS);
    while (list != null && !wanted.test(list)) {
      list = lists.poll(REPLY_MS, TimeUnit.MILLISECONDS);
    }
    assertThat(list).as("the list never became what it should").isNotNull();
  }
}
