package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.SlowConsumer;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import io.mycelium.testing.SelfSigned;
import io.mycelium.testing.TestNode;
import io.mycelium.web.TlsConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a socket gets that reads nothing for a while, in rooms with each {@code slow_consumer}. */
class SlowConsumerPolicyTest {
  private static final int MESSAGES = 600;
  private static final int MESSAGE_BYTES = 32 << 10;
  private static final long BYTES = (long) MESSAGES * MESSAGE_BYTES;

  /** The cases; a subclass says over which transport. */
  abstract static class Cases {
    private final AtomicLong withheld = new AtomicLong();
    private final String transport;
    private final boolean secure;
    private SelfSigned certificate;

    Cases(String transport, boolean secure) {
      this.transport = transport;
      this.secure = secure;
    }

    @BeforeEach
    void certify(@TempDir Path folder) {
      certificate = secure ? SelfSigned.make(folder, "own", "EC") : null;
    }

    private SSLContext trusting() {
      return SelfSigned.trusting(List.of(certificate));
    }

    private TestNode start() {
      ConnectionMeters meters =
          new ConnectionMeters() {
            @Override
            public void withheld(SlowConsumer policy, long messages) {
              withheld.addAndGet(messages);
            }
          };
      Duration minute = Duration.ofMinutes(1);
      TlsConfig tls =
          secure
              ? new TlsConfig(
                  certificate.certificate().toString(),
                  certificate.key().toString(),
                  Duration.ofSeconds(10))
              : TlsConfig.DEFAULT;
      return TestNode.builder()
          .transport(transport)
          .tls(tls)
          .socket(new SocketConfig(minute, minute, 10, 512 << 10))
          .meters(meters)
          .types(new ShoutingType())
          .journal(JournalConfig.DEFAULT.inMemory(1000, 64 << 20))
          .eventLoops(1)
          .start();
    }

    private RawSocket join(TestNode node, String params) {
      RawSocket socket =
          secure ? RawSocket.tls(node.port(), trusting()) : RawSocket.tcp(node.port());
      socket.open("/socket/x/websocket?vsn=2.0.0&userId=deaf");
      return socket.text("['1','1','r','phx_join'," + params + "]");
    }

    /** Pushes, and another client that reads gets each message before the next one goes out. */
    private void push(TestNode node) {
      try (PhoenixSocket bob = connect(node)) {
        bob.join("r");
        for (int i = 1; i <= MESSAGES; i++) {
          String payload = "{\"k%d\":\"%s%d\"}".formatted(i % 3, "x".repeat(MESSAGE_BYTES), i);
          TestNode.await(node.directory().push("x", "r", "bob", payload));
          assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(i);
        }
      }
    }

    private PhoenixSocket connect(TestNode node) {
      if (!secure) {
        return node.connect("x");
      }
      HttpClient http = HttpClient.newBuilder().sslContext(trusting()).build();
      String uri = "wss://localhost:" + node.port() + "/socket/x/websocket?vsn=2.0.0";
      return PhoenixSocket.connect(http, URI.create(uri));
    }

    /** Reads until the room's last message came, or the connection has ended; returns the bytes. */
    private static long readOn(RawSocket deaf, RoomView view, long upTo) {
      long bytes = 0;
      while (view.seq() < upTo) {
        Frame frame = deaf.next();
        if (frame == null) {
          break;
        }
        bytes += frame.payload().length;
        if (frame.opcode() == RawSocket.TEXT) {
          view.take(List.of(new JsonArray(frame.text())));
        } else if (frame.opcode() == RawSocket.CLOSE) {
          assertThat(frame.reason()).isEqualTo("slow_consumer");
          deaf.answer(frame);
        }
      }
      return bytes;
    }

    @Test
    void conflateGivesTheRoomsStateInFarFewerBytes() {
      try (TestNode node = start()) {
        node.create(
            "{'id':'x','type':'shared','rooms':{'r':{'slow_consumer':'conflate','presence':'off','state':{'k0':1,'k1':2,'k2':3,'k4':4}}}}");
        RawSocket deaf = join(node, "{}");
        push(node);
        RoomView view = new RoomView();
        long bytes = readOn(deaf, view, MESSAGES);
        assertThat(bytes).isLessThan(BYTES * 3 / 4);
        assertThat(view.state()).isEqualTo(state(node));
        assertThat(withheld.get()).isGreaterThan(MESSAGES / 4);
        goOn(node, deaf, view);
        deaf.close();
      }
    }

    private static JsonObject state(TestNode node) {
      return TestNode.await(node.directory().state("x", "r", -1))
          .toJsonObject()
          .getJsonObject("data")
          .getJsonObject("state");
    }

    /** The socket gets what comes next like any other. */
    private static void goOn(TestNode node, RawSocket deaf, RoomView view) {
      int before = view.messages();
      TestNode.await(node.directory().push("x", "r", "bob", "{\"k1\":\"next\"}"));
      readOn(deaf, view, MESSAGES + 1);
      assertThat(view.messages()).isEqualTo(before + 1);
      deaf.text("[null,'2','phoenix','heartbeat',{}]").awaitText("phx_reply");
    }

    @Test
    void dropOldestGivesTheNewestAndSaysWhatIsMissing() {
      try (TestNode node = start()) {
        node.create(
            "{'id':'x','type':'accumulative','rooms':{'r':{'slow_consumer':'drop_oldest','durability':'none','presence':'off'}}}");
        RawSocket deaf = join(node, "{}");
        push(node);
        RoomView view = new RoomView();
        long bytes = readOn(deaf, view, MESSAGES);
        assertThat(bytes).isLessThan(BYTES * 3 / 4);
        assertThat(view.missing()).isGreaterThan(MESSAGES / 4).isEqualTo(withheld.get());
        assertThat(view.messages()).isEqualTo(MESSAGES - (int) view.missing());
        assertThat(view.state().containsKey(String.valueOf(MESSAGES))).isTrue();
        assertThat(view.states()).isEqualTo(1);
        goOn(node, deaf, view);
        deaf.close();
      }
    }

    /** They have no numbers, so no client can miss one by name. */
    @Test
    void aPlugInsBroadcastsAreDroppedToo() {
      try (TestNode node = start()) {
        node.create(
            "{'id':'x','type':'shouting','config':{'durability':'none','presence':'off'},'rooms':{'r':{'slow_consumer':'drop_oldest'}}}");
        RawSocket deaf = join(node, "{}");
        deaf.awaitText("'state'");
        String payload = "\"" + "x".repeat(MESSAGE_BYTES) + "\"";
        try (PhoenixSocket bob = connect(node)) {
          bob.join("r");
          for (int i = 1; i <= MESSAGES; i++) {
            TestNode.await(node.directory().push("x", "r", null, payload));
            bob.awaitEvent("shout");
          }
        }
        TestNode.await(node.directory().push("x", "r", null, "null"));
        int shouts = 0;
        for (String text = ""; !text.contains("\"msg\""); ) {
          text = deaf.await(RawSocket.TEXT).text();
          assertThat(text).doesNotContain("dropped");
          shouts += text.contains("\"shout\"") ? 1 : 0;
        }
        assertThat(shouts).isLessThan(MESSAGES * 3 / 4);
        assertThat(withheld.get()).isEqualTo(MESSAGES - shouts);
        deaf.close();
      }
    }

    @Test
    void disconnectLosesNothingIfTheClientResumes() {
      try (TestNode node = start()) {
        node.create("{'id':'x','type':'accumulative','rooms':{'r':{'presence':'off'}}}");
        RawSocket deaf = join(node, "{}");
        String epoch =
            TestNode.await(node.directory().state("x", "r", -1)).toJsonObject().getString("epoch");
        push(node);
        node.awaitConnections(0);
        RoomView view = new RoomView();
        readOn(deaf, view, MESSAGES);
        assertThat(view.seq()).isLessThan(MESSAGES);
        long seen = view.messages();
        RawSocket again =
            join(node, "{'since':{'seq':" + view.seq() + ",'epoch':'" + epoch + "'}}");
        readOn(again, view, MESSAGES);
        assertThat(view.messages()).isEqualTo(MESSAGES).isGreaterThan((int) seen);
        assertThat(view.states()).isEqualTo(1);
        assertThat(withheld.get()).isZero();
        again.close();
      }
    }
  }

  /** Past Vert.x. */
  @Nested
  class NettyTransportCases extends Cases {
    NettyTransportCases() {
      super("netty", false);
    }
  }

  /** Past Vert.x, over TLS. */
  @Nested
  class TlsCases extends Cases {
    TlsCases() {
      super("netty", true);
    }
  }

  /** Vert.x's public API. */
  @Nested
  class VertxTransportCases extends Cases {
    VertxTransportCases() {
      super("vertx", false);
    }
  }
}
