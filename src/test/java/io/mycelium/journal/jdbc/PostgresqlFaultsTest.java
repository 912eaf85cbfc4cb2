package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.range;
import static io.mycelium.journal.StoreRig.seqs;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Durability;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL that goes away and comes back, under load. */
final class PostgresqlFaultsTest {
  private static final Postgres postgres = Postgres.shared();

  /** A test that fails may have left it frozen or stopped. */
  @AfterEach
  void startItAgain() {
    postgres.thaw();
    postgres.launch();
  }

  private static Store open(String url) {
    return JdbcStore.open(config(url), JournalMeters.NONE);
  }

  private static void awaitRefusal(Store store) {
    Load.await("refusal", () -> store.journal().refusal() == ErrorCode.JOURNAL_UNAVAILABLE);
  }

  /** Requests during the outage wait, and later requests are served, without intervention. */
  private static void loses(Runnable server, Runnable comesBack) {
    Store store = open(postgres.newDatabase());
    try (Load load = new Load(store)) {
      server.run();
      awaitRefusal(store);
      comesBack.run();
      Load.await("end of the refusal", () -> store.journal().refusal() == null);
      load.awaitMore();
      load.assertAllIsKept();
    } finally {
      await(store.close());
    }
  }

  @Test
  void aServerThatIsStoppedAndStartedAgainLosesAndDoublesNothing() {
    loses(postgres::stop, postgres::launch);
  }

  @Test
  void aServerThatIsKilledAndStartedAgainLosesAndDoublesNothing() {
    loses(postgres::kill, postgres::launch);
  }

  @Test
  void aServerThatHangsForAWhileLosesAndDoublesNothing() {
    loses(postgres::freeze, postgres::thaw);
  }

  /** The writer gives up its session, which may still commit after it resumes. */
  @Test
  void aSessionThatWasGivenUpDoublesNothing() {
    Store store = open(postgres.newDatabase() + "&socketTimeout=1&connectTimeout=1");
    try (Load load = new Load(store)) {
      for (int round = 0; round < 3; round++) {
        postgres.freeze();
        awaitRefusal(store);
        postgres.thaw();
        load.awaitMore();
      }
      load.assertAllIsKept();
    } finally {
      await(store.close());
    }
  }

  @Test
  void sessionsThatAreEndedByHandLoseAndDoubleNothing() {
    String url = postgres.newDatabase();
    String name = url.replaceAll(".*/|\\?.*", "");
    Store store = open(url);
    try (Load load = new Load(store)) {
      for (int round = 0; round < 10; round++) {
        postgres.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                + name
                + "'");
        load.awaitMore();
      }
      load.assertAllIsKept();
    } finally {
      await(store.close());
    }
  }

  /** A setting for the commit goes with a transaction that is rolled back. */
  @Test
  void aSynchronousEntryIsOnDiskThoughOneBeforeItWasRefused() {
    Store store = open(postgres.newDatabase());
    await(store.instances().create(instance("i")));
    await(store.instances().create(instance("bad")));
    try {
      for (int round = 1; round <= 3; round++) {
        await(store.journal().append("i", 1, List.of(async(2 * round - 1))));
        failureOfTheSecond(store, round);
        await(store.journal().append("i", 1, appends("lobby", "e", 2 * round, 2 * round)));
        postgres.kill();
        postgres.launch();
        assertThat(seqs(await(store.journal().read("i", "lobby", 0, 100)).entries()))
            .isEqualTo(range(1, 2 * round));
      }
    } finally {
      await(store.close());
    }
  }

  private static Journal.Append async(long seq) {
    return new Journal.Append("lobby", "e", Durability.ASYNC, StoreRig.entry(seq));
  }

  /** The last commit before is an asynchronous one. */
  private static void failureOfTheSecond(Store store, int generation) {
    await(store.journal().append("bad", generation, List.of(async(generation))));
    failure(
        store.journal().append("bad", generation, appends("lobby", "e", generation, generation)));
  }

  @Test
  void aReadSaysThatItCannotBeDoneJustNow() {
    Store store = open(postgres.newDatabase() + "&connectTimeout=1");
    try {
      await(store.instances().create(instance("i")));
      postgres.stop();
      assertThat(failure(store.journal().read("i", "lobby", 0, 1)))
          .isInstanceOfSatisfying(
              Refusal.class,
              refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.JOURNAL_UNAVAILABLE));
      postgres.launch();
      assertThat(await(store.journal().read("i", "lobby", 0, 1)).entries()).isEmpty();
    } finally {
      await(store.close());
    }
  }
}
