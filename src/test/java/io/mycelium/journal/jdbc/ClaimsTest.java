package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.tuple;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.journal.Retention;
import io.mycelium.journal.Snapshot;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who gets an instance, on a real PostgreSQL. */
class ClaimsTest {
  private static final Logger FIGURES = LoggerFactory.getLogger("figures");
  private static final String INSERT =
      "INSERT INTO instances (id, name, folded, type, spec, created_at, generation, owner)"
          + " SELECT 'i' || to_char(n, 'FM00000'), 'n', 'n', 't', '{}', 1, 1 << 20, %s"
          + " FROM generate_series(1, %d) n";

  private final Cluster cluster = new Cluster();
  private final Store first = cluster.join("n1");

  @AfterEach
  void close() {
    cluster.close();
  }

  private static Claim claim(Store store, String id) {
    return await(store.nodes().claim(id));
  }

  @Test
  void aNewInstanceIsItsMakersInTheFirstTerm() {
    assertThat(await(first.instances().create(instance("i")))).isTrue();
    assertThat(await(first.nodes().owner("i"))).isEqualTo(new Claim("n1", 1 << 20));
    assertThat(await(first.instances().find("i")).generation()).isEqualTo(1 << 20);
  }

  @Test
  void aClaimBeginsATermOfItsOwnOrNamesTheOwner() {
    Store second = cluster.join("n2");
    Cluster.create(first, "i");
    assertThat(claim(second, "i")).isEqualTo(new Claim("n1", 1 << 20));
    assertThat(await(first.nodes().release("i", (1 << 20) + 7))).isTrue();
    assertThat(await(second.nodes().owner("i"))).isEqualTo(new Claim(null, 1 << 20));
    assertThat(claim(second, "i")).isEqualTo(new Claim("n2", 2 << 20));
    assertThat(claim(second, "i")).isEqualTo(new Claim("n2", 3 << 20));
    assertThat(claim(first, "i")).isEqualTo(new Claim("n2", 3 << 20));
    assertThat(claim(first, "nobody")).isNull();
    assertThat(await(first.nodes().owner("nobody"))).isNull();
  }

  @Test
  void aClaimNeedsTheLeaseOfItsNode() throws SQLException {
    Cluster.create(first, "i");
    await(first.nodes().release("i", 1 << 20));
    assertThat(failure(cluster.open().nodes().claim("i"))).isInstanceOf(Fenced.class);
    Store dead = cluster.join("n2");
    cluster.kill("n2");
    assertThat(claim(dead, "i")).isEqualTo(new Claim(null, 1 << 20));
    assertThat(await(dead.nodes().claim(List.of("i")))).isEmpty();
    assertThat(await(dead.instances().find("i")).generation()).isEqualTo(1 << 20);
  }

  @Test
  void whatADeadNodeOwnedIsFree() throws SQLException {
    Store second = cluster.join("n2");
    Cluster.create(first, "i");
    assertThat(await(second.nodes().claim(List.of("i")))).isEmpty();
    assertThat(await(second.nodes().deadOwners())).isEmpty();
    cluster.kill("n1");
    assertThat(await(second.nodes().owner("i"))).isEqualTo(new Claim(null, 1 << 20));
    assertThat(await(second.nodes().deadOwners())).containsExactly("n1");
    assertThat(await(second.nodes().claim(List.of("i"))))
        .extracting(Registered::id, Registered::generation, Registered::name)
        .containsExactly(tuple("i", 2L << 20, "name of i"));
    assertThat(await(second.nodes().deadOwners())).isEmpty();
    assertThat(await(second.nodes().ownedBy("n2", "", 10)))
        .extracting(Registered::id)
        .containsExactly("i");
  }

  @Test
  void theTermIsOverForWhoeverReleasesTooLate() {
    Cluster.create(first, "i");
    claim(first, "i");
    assertThat(await(first.nodes().release("i", 1 << 20))).isFalse();
    assertThat(await(first.nodes().owner("i"))).isEqualTo(new Claim("n1", 2 << 20));
  }

  @Test
  void aHandoverNeedsATermAndALivingSuccessor() {
    Store second = cluster.join("n2");
    Cluster.create(first, "i");
    assertThat(await(first.nodes().handOver("i", 1 << 20, "n3")))
        .isEqualTo(new Claim("n1", 1 << 20));
    assertThat(await(second.nodes().handOver("i", 1 << 20, "n2")))
        .isEqualTo(new Claim("n1", 1 << 20));
    Claim moved = new Claim("n2", 2 << 20);
    assertThat(await(first.nodes().handOver("i", (1 << 20) + 3, "n2"))).isEqualTo(moved);
    // As after an answer that was lost.
    assertThat(await(first.nodes().handOver("i", (1 << 20) + 3, "n2"))).isEqualTo(moved);
    assertThat(await(first.nodes().handOver("nobody", 1, "n2"))).isNull();
  }

  @Test
  void aRowThatStaysLockedIsLeftOutOfManyAndRefusedAlone() throws SQLException {
    for (String id : List.of("a", "b", "c")) {
      Cluster.create(first, id);
    }
    Store second = cluster.join("n2");
    cluster.kill("n1");
    try (Connection dying = cluster.connect();
        Statement statement = dying.createStatement()) {
      dying.setAutoCommit(false);
      statement.executeQuery("SELECT 1 FROM instances WHERE id = 'b' FOR UPDATE").close();
      assertThat(failure(second.nodes().claim("b")))
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.JOURNAL_UNAVAILABLE));
      assertThat(await(second.nodes().claim(List.of("c", "b", "a"))))
          .extracting(Registered::id)
          .containsExactlyInAnyOrder("a", "c");
      dying.rollback();
    }
    assertThat(await(second.nodes().claim(List.of("b"))))
        .extracting(Registered::id)
        .containsExactly("b");
  }

  /** Else routes that ask for it would be in the way of its owner's commits. */
  @Test
  void aClaimOfWhatALivingNodeOwnsWaitsForNothing() throws SQLException {
    Cluster.create(first, "i");
    Store second = cluster.join("n2");
    try (Connection writer = cluster.connect();
        Statement statement = writer.createStatement()) {
      writer.setAutoCommit(false);
      statement.executeQuery("SELECT 1 FROM instances FOR UPDATE").close();
      assertThat(claim(second, "i")).isEqualTo(new Claim("n1", 1 << 20));
      assertThat(await(second.nodes().claim(List.of("i")))).isEmpty();
      writer.rollback();
    }
  }

  /** Each generation has one owner: two nodes that got an instance in turns got other terms. */
  @Test
  void ofSixteenThreadsOnThreeNodesOneGetsEachTerm() throws Exception {
    long seed = System.nanoTime();
    FIGURES.info("claims of 16 threads: seed {}", seed);
    List<Store> stores = List.of(first, cluster.join("n2"), cluster.join("n3"));
    cluster.execute(INSERT.formatted("NULL", 40));
    Set<String> won = ConcurrentHashMap.newKeySet();
    List<String> doubled = Collections.synchronizedList(new ArrayList<>());
    ExecutorService threads = Executors.newFixedThreadPool(16);
    List<java.util.concurrent.Future<?>> all = new ArrayList<>();
    for (int thread = 0; thread < 16; thread++) {
      Store store = stores.get(thread % 3);
      String me = "n" + (1 + thread % 3);
      Random random = new Random(seed + thread);
      all.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 60; i++) {
                  contend(store, me, random, won, doubled);
                }
              }));
    }
    for (java.util.concurrent.Future<?> each : all) {
      each.get();
    }
    threads.shutdown();
    assertThat(doubled).as("won twice, seed %d", seed).isEmpty();
    assertThat(won).hasSizeGreaterThan(100);
    assertThat(cluster.number("SELECT sum(generation >> 20) - 40 FROM instances"))
        .as("terms that nobody won, seed %d", seed)
        .isEqualTo(won.size());
  }

  private record Claimed(String id, long generation) {}

  /** Claims alone or many at once, and releases or hands over what it won. */
  private static void contend(
      Store store, String me, Random random, Set<String> won, List<String> doubled) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add("i%05d".formatted(1 + random.nextInt(40)));
    }
    Set<Claimed> mine = new HashSet<>();
    if (random.nextBoolean()) {
      Claim claim = await(store.nodes().claim(ids.get(0)));
      if (claim.owner().equals(me)) {
        mine.add(new Claimed(ids.get(0), claim.generation()));
      }
    } else {
      await(store.nodes().claim(ids))
          .forEach(each -> mine.add(new Claimed(each.id(), each.generation())));
    }
    for (Claimed each : mine) {
      if (!won.add(each.id() + " " + each.generation())) {
        doubled.add(each.id() + " " + each.generation());
      }
      if (random.nextInt(4) > 0) {
        await(store.nodes().release(each.id(), each.generation()));
      }
    }
  }

  @Test
  void tenThousandInstancesOfADeadNodeAreClaimedByTwoOthersInMoments() throws SQLException {
    Store second = cluster.join("n2");
    cluster.execute(INSERT.formatted("'dead'", 10_000));
    cluster.execute("ANALYZE instances");
    long began = System.nanoTime();
    Set<String> ids = ConcurrentHashMap.newKeySet();
    Future<Void> mine = claimAll(first, ids);
    await(claimAll(second, ids));
    await(mine);
    long millis = (System.nanoTime() - began) / 1_000_000;
    FIGURES.info("10,000 instances claimed by two nodes in {} ms", millis);
    assertThat(ids).hasSize(10_000);
    assertThat(cluster.number("SELECT count(*) FROM instances WHERE owner = 'dead'")).isZero();
    assertThat(millis).isLessThan(20_000);
  }

  private static Future<Void> claimAll(Store store, Set<String> ids) {
    return store
        .nodes()
        .ownedBy("dead", "", 1000)
        .compose(left -> store.nodes().claim(left.stream().map(Registered::id).toList()))
        .compose(
            some -> {
              some.forEach(each -> assertThat(ids.add(each.id())).isTrue());
              return ids.size() == 10_000 ? Future.succeededFuture() : claimAll(store, ids);
            });
  }

  @Test
  void ofADeadNodesInstancesThoseThatWaitForATickAreClaimedInParts() throws SQLException {
    Store second = cluster.join("n2");
    List<String> ids = List.of("a", "b", "c", "d", "e");
    ids.forEach(id -> Cluster.create(first, id));
    save("a", 5, 100);
    save("b", 5, 100);
    save("b", 9, 0);
    save("c", 5, 0);
    save("d", 5, 0);
    save("d", 9, 100);
    save("e", 5, 100);
    await(first.instances().setFailed("e", true, "it threw"));
    assertThat(await(second.nodes().claimTicking("n1", "", 10))).isEmpty();
    cluster.kill("n1");
    assertThat(await(second.nodes().claimTicking("n1", "", 1)))
        .extracting(Registered::id, Registered::generation)
        .containsExactly(tuple("a", 2L << 20));
    assertThat(await(second.nodes().claimTicking("n1", "a", 10)))
        .extracting(Registered::id)
        .containsExactly("d");
    assertThat(await(second.nodes().claimTicking("n1", "d", 10))).isEmpty();
    assertThat(await(second.nodes().owners(List.of("a", "b", "d", "gone"))))
        .containsOnly(
            entry("a", new Claim("n2", 2 << 20)),
            entry("b", new Claim(null, 1 << 20)),
            entry("d", new Claim("n2", 2 << 20)));
  }

  private void save(String id, long seq, long tickAt) {
    Snapshot snapshot = new Snapshot(seq, "e", 1, tickAt, 0, Payload.json("{}"));
    await(first.journal().append(id, 1 << 20, StoreRig.appends("lobby", "e", from(seq), seq)));
    await(first.snapshots().save(id, 1 << 20, "lobby", snapshot, Retention.ALL));
  }

  private static long from(long seq) {
    return seq == 5 ? 1 : 6;
  }

  @Test
  void manyIdsAreClaimedAThousandAtATime() throws SQLException {
    cluster.execute(INSERT.formatted("NULL", 2500));
    List<String> ids = new ArrayList<>();
    for (int i = 2600; i > 0; i--) {
      ids.add("i%05d".formatted(i));
    }
    assertThat(await(first.nodes().claim(ids))).hasSize(2500);
    assertThat(cluster.number("SELECT count(*) FROM instances WHERE owner = 'n1'")).isEqualTo(2500);
  }
}
