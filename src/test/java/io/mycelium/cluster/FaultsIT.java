package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Namespaces;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * Three servers with clients that push all the time, each in a network namespace and with a way of
 * its own to PostgreSQL; each test breaks something and mends it. Every acknowledged push is in the
 * room once and in order, and no refused one. What concerns the bus alone is in {@link
 * PartitionIT}.
 */
@TestInstance(Lifecycle.PER_CLASS)
class FaultsIT {
  private static final int NODES = 3;

  private Postgres postgres;
  private Namespaces network;
  private Servers servers;
  private PushingClients clients;

  /** The node that a test breaks: it owns instances, and the clients are on the others. */
  private int broken;

  @BeforeAll
  void start() {
    network = Namespaces.make("mycq", 120, NODES);
    assumeTrue(network != null && network.reach(), "network namespaces are not permitted here");
    postgres = Postgres.start();
    servers = Servers.in(network, postgres.newDatabase(), NODES);
    IntStream.range(0, NODES).forEach(i -> servers.start());
    try (PushingClients maker = new PushingClients(1)) {
      maker.create(servers.node(0), "i", 6, "accumulative");
    }
  }

  @AfterAll
  void stop() {
    if (servers != null) {
      servers.close();
      postgres.close();
    }
    if (network != null) {
      network.close();
    }
  }

  @BeforeEach
  void push() {
    awaitAll();
    broken = owner();
    List<ServerProcess> others =
        IntStream.range(0, NODES).filter(i -> i != broken).mapToObj(servers::node).toList();
    clients = new PushingClients(100);
    clients.join(List.of("i0", "i1", "i2", "i3", "i4", "i5"), others);
    clients.awaitDeliveries();
  }

  /** All is mended: everybody gets through, and nothing was lost, doubled or mixed up. */
  @AfterEach
  void allIsThere() {
    clients.awaitDeliveries();
    Map<String, Integer> answers = clients.end();
    Figures.log("answers: %s; owned by node %s", answers, servers.owned());
    assertThat(clients.wrong()).isEmpty();
    assertThat(PushingClients.RETRYABLE).containsAll(refusals(answers));
    clients.close();
    awaitAll();
  }

  private static Set<String> refusals(Map<String, Integer> answers) {
    return answers.keySet().stream()
        .filter(answer -> !answer.equals("ok"))
        .collect(Collectors.toSet());
  }

  private void awaitAll() {
    for (int i = 0; i < NODES; i++) {
      int node = i;
      await("node " + i + " is ready", () -> isReady(node));
    }
  }

  private boolean isReady(int index) {
    try {
      URI uri =
          URI.create(
              "http://"
                  + servers.node(index).host()
                  + ":"
                  + servers.node(index).port()
                  + "/health/ready");
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
      connection.setConnectTimeout(500);
      connection.setReadTimeout(1000);
      return connection.getResponseCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private void await(String what, BooleanSupplier done) {
    long end = System.nanoTime() + 2 * TestNode.PATIENCE.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not so: " + what + "\n" + servers.node(broken).log());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  /** Owners and terms of all instances. */
  private List<String> terms() {
    return servers.texts("SELECT id || owner || (generation >> 20) FROM instances ORDER BY id");
  }

  /** Clients of all others get through although that node is lost to them. */
  private void isReplaced(String lost) {
    await("the node's lease is over", () -> !leases().contains(lost));
    await("nothing is the lost node's", () -> servers.ownedBy(lost) == 0);
    clients.awaitDeliveries();
  }

  private List<String> leases() {
    return servers.texts("SELECT id FROM nodes");
  }

  /** One that owns instances, of those without clients first. */
  private int owner() {
    for (int i = 0; i < NODES; i++) {
      if (servers.ownedBy(servers.id(i)) > 0) {
        return i;
      }
    }
    throw new AssertionError("nobody owns anything: " + servers.owned());
  }

  @Test
  void aNodeThatHearsTheOthersButNotTheDatabaseIsReplacedAndComesBack() {
    String id = servers.id(broken);
    servers.database(broken).cut();
    isReplaced(id);
    await("the node without a database is not ready", () -> !isReady(broken));
    servers.database(broken).heal();
    isBackAs(another -> !another.equals(id));
  }

  @Test
  void nodesThatHearTheDatabaseButNotEachOtherLeaveEachOthersInstancesAlone() {
    List<String> before = terms();
    long[] alone = IntStream.range(0, NODES).mapToLong(this::timesAlone).toArray();
    network.part(1, 2, 3);
    await("each is alone", () -> IntStream.range(0, NODES).allMatch(i -> timesAlone(i) > alone[i]));
    long since = System.nanoTime();
    await("two leases later", () -> System.nanoTime() - since > 4_000_000_000L);
    assertThat(terms()).isEqualTo(before);
    network.rejoin(1, 2, 3);
  }

  private long timesAlone(int index) {
    return servers.node(index).log().lines().filter(line -> line.endsWith("left, 1 nodes")).count();
  }

  @Test
  void aNodeThatIsCutOffFromAllIsReplacedAndComesBack() {
    String id = servers.id(broken);
    network.cut(broken + 1);
    isReplaced(id);
    network.heal(broken + 1);
    isBackAs(another -> !another.equals(id));
  }

  /** Its packets arrive and no answer comes: it is neither well nor quite gone. */
  @Test
  void aNodeThatIsHeardAndHearsNobodyIsReplacedAndComesBack() {
    String id = servers.id(broken);
    network.deafen(broken + 1);
    isReplaced(id);
    network.hearAgain(broken + 1);
    isBackAs(another -> !another.equals(id));
  }

  private void isBackAs(Predicate<String> id) {
    await("it is back", () -> servers.id(broken) != null && id.test(servers.id(broken)));
  }

  /** In bursts where the kernel has no netem. */
  @Test
  void aSlowLinkThatLosesPacketsLosesNoPush() {
    servers.database(broken).delay(20);
    if (network.impair(broken + 1, "20ms", "5%")) {
      IntStream.range(0, 10).forEach(i -> clients.awaitDeliveries());
      network.restore(broken + 1);
    } else {
      for (int i = 0; i < 6; i++) {
        network.cut(broken + 1);
        LockSupport.parkNanos(150_000_000);
        network.heal(broken + 1);
        clients.awaitDeliveries();
      }
    }
    servers.database(broken).delay(0);
  }

  @Test
  void aDatabaseThatIsRestartedCostsTimeOnly() {
    postgres.stop();
    await("nobody is ready", () -> IntStream.range(0, NODES).noneMatch(this::isReady));
    postgres.launch();
  }

  /** For longer than a lease; no node is to blame. */
  @Test
  void aDatabaseThatStandsStillCostsTimeOnly() {
    postgres.freeze();
    await("nobody is ready", () -> IntStream.range(0, NODES).noneMatch(this::isReady));
    postgres.thaw();
  }
}
