package io.mycelium.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.access.Authenticators;
import io.mycelium.access.Identity;
import io.mycelium.access.Tenant;
import io.mycelium.testing.Guards;
import io.mycelium.testing.RawSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How many connections, and how often, one address, user or tenant may have. */
class ShareTest {
  private static final LimitsConfig D = LimitsConfig.DEFAULT;

  private final List<RawSocket> sockets = new ArrayList<>();
  private TestNode node;

  private void start(TestNode.Builder builder) {
    node = builder.eventLoops(3).start();
    node.create("{'id':'acme-x','type':'accumulative'}");
    node.create("{'id':'y','type':'accumulative'}");
  }

  @AfterEach
  void stop() {
    sockets.forEach(RawSocket::close);
    node.close();
  }

  private static LimitsConfig limits(
      int handshakes, int handshakeBurst, int perAddress, int perUser) {
    return new LimitsConfig(
        D.maxMessagesPerSecond(),
        D.messageBurst(),
        D.maxBytesPerSecond(),
        D.burstBytes(),
        D.maxJoinsPerSecond(),
        D.joinBurst(),
        0,
        0,
        0,
        0,
        handshakes,
        handshakeBurst,
        perAddress,
        perUser);
  }

  /** The status line of an upgrade that the proxy at 127.0.0.1 says comes from that address. */
  private String upgrade(String instance, String query, String from) {
    RawSocket socket = RawSocket.tcp(node.port());
    sockets.add(socket);
    String head = RawSocket.upgrade("/socket/" + instance + "/websocket?vsn=2.0.0" + query);
    return socket.request(
        head.replace("\r\nHost:", "\r\nX-Forwarded-For: 6.6.6.6, " + from + "\r\nHost:"));
  }

  private int open(int tries, String instance, String query, String from, String otherwise) {
    int open = 0;
    for (int i = 0; i < tries; i++) {
      String status = upgrade(instance, query, from);
      if (status.contains(" 101 ")) {
        open++;
      } else {
        assertThat(status).contains(otherwise);
      }
    }
    return open;
  }

  @Test
  void anAddressHasItsMostConnectionsAndAnotherGoesOn() {
    start(TestNode.builder().guards(Guards.limits(limits(0, 1, 4, 0), "127.0.0.0/8")));
    assertThat(open(10, "y", "", "198.51.100.1", " 503 ")).isEqualTo(4);
    assertThat(open(10, "acme-x", "", "198.51.100.1", " 503 ")).isZero();
    assertThat(open(4, "y", "", "198.51.100.2", " 503 ")).isEqualTo(4);
    sockets.forEach(RawSocket::close);
    node.awaitConnections(0);
    assertThat(open(10, "y", "", "198.51.100.1", " 503 ")).isEqualTo(4);
  }

  @Test
  void withoutTrustedProxiesTheHeaderGivesNobodyAnotherAddress() {
    start(TestNode.builder().guards(Guards.limits(limits(0, 1, 4, 0))));
    int open = 0;
    for (int i = 0; i < 10; i++) {
      open += open(1, "y", "", "198.51.100." + i, " 503 ");
    }
    assertThat(open).isEqualTo(4);
  }

  @Test
  void aUserHasItsMostConnectionsFromWhereverItComes() {
    start(TestNode.builder().guards(Guards.limits(limits(0, 1, 0, 3), "127.0.0.1")));
    int open = 0;
    for (int i = 0; i < 9; i++) {
      open += open(1, "y", "&userId=ada", "198.51.100." + i, " 503 ");
    }
    assertThat(open).isEqualTo(3);
    assertThat(open(3, "y", "&userId=bob", "198.51.100.1", " 503 ")).isEqualTo(3);
  }

  @Test
  void anAddressAsksForItsMostUpgradesASecondAndAnotherGoesOn() {
    start(TestNode.builder().guards(Guards.limits(limits(1, 5, 0, 0), "127.0.0.1")));
    // Refused ones count: whoever guesses tokens or ids is slowed down by it.
    assertThat(open(5, "nobody", "", "198.51.100.1", " 404 ")).isZero();
    assertThat(upgrade("y", "", "198.51.100.1")).contains(" 429 ");
    assertThat(upgrade("y", "", "198.51.100.2")).contains(" 101 ");
    node.await(() -> upgrade("y", "", "198.51.100.1"), status -> status.contains(" 101 "));
  }

  @Test
  void aTenantHasItsMostConnectionsAndTheOthersTheirs() {
    Tenant tenant = new Tenant("acme", "acme-", 0, 2, 0);
    Authenticators tenants =
        Authenticators.both(
            request ->
                Future.succeededFuture(
                    new Identity(
                        "ada",
                        Identity.everything("ada").grants(),
                        Identity.NEVER,
                        Identity.UNKNOWN,
                        null,
                        request.path().contains("acme-") ? tenant : null)));
    start(TestNode.builder().authenticators(tenants).guards(Guards.limits(limits(0, 1, 0, 0))));
    assertThat(open(5, "acme-x", "", "198.51.100.1", " 503 ")).isEqualTo(2);
    assertThat(open(5, "y", "", "198.51.100.1", " 503 ")).isEqualTo(5);
  }

  /** Entries go with their last connection, whatever was counted under them. */
  @Test
  void nothingIsKeptOfWhoIsGone() throws InterruptedException {
    start(TestNode.builder());
    Places places = new Places(1_000_000, limits(0, 1, 10, 10));
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] = new Thread(() -> comeAndGo(places));
      threads[i].start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(places.addresses().size()).isZero();
    assertThat(places.users().size()).isZero();
  }

  private static void comeAndGo(Places places) {
    for (int i = 0; i < 20_000; i++) {
      Seat seat = new Seat(places);
      String who = String.valueOf(i % 3);
      if (seat.take(Identity.everything(who), who, "y") == null) {
        seat.free();
      }
    }
  }
}
