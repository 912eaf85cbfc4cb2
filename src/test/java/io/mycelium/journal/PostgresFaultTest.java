package io.mycelium.journal;

import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.testing.Journals;
import io.mycelium.testing.Postgres;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A PostgreSQL that goes away and comes back, under load. */
class PostgresFaultTest {
  private static final String WRONG = "not-my-password";
  private static Postgres postgres;

  @BeforeAll
  static void start() {
    postgres = Postgres.start();
  }

  @AfterAll
  static void stop() {
    postgres.close();
  }

  private static Store open(JournalConfig config) {
    return JdbcStore.open(config, JournalMeters.NONE);
  }

  private static JournalConfig database(String parameters) {
    return Postgres.config(postgres.createDatabase() + parameters);
  }

  /** What breaks it, and what makes it work again. */
  private static void breaks(JournalConfig config, Runnable fault, Runnable repair) {
    Store store = open(config);
    try (Load load = new Load(store)) {
      fault.run();
      Load.await("refusal", () -> store.journal().refusal() == ErrorCode.JOURNAL_UNAVAILABLE);
      repair.run();
      Load.await("end of the refusal", () -> store.journal().refusal() == null);
      load.awaitMore();
      load.assertAllIsKept();
    } finally {
      await(store.close());
    }
  }

  @Test
  void nothingIsLostWhenItIsStoppedAndStartedAgain() {
    breaks(database(""), postgres::stop, postgres::launch);
  }

  @Test
  void nothingIsLostWhenItIsKilledAndStartedAgain() {
    breaks(database(""), postgres::kill, postgres::launch);
  }

  /** The setting for the synchronous commit went with the transaction that was refused. */
  @Test
  void aSynchronousEntryIsOnDiskEvenBehindARefusedOne() {
    Store store = open(database(""));
    Samples.register(store, "a", "b");
    try {
      for (int round = 1; round <= 3; round++) {
        Journal.Append async =
            new Journal.Append(
                Samples.ROOM, Samples.EPOCH, Durability.ASYNC, Samples.entry(2 * round - 1));
        await(store.journal().append("a", 1, List.of(async)));
        Samples.write(store, "b", 2 * round, Samples.appends("x" + round, "e1", 1, 1));
        await(store.journal().append("b", 2 * round, List.of(async)));
        Samples.failureOf(store.journal().append("b", 2 * round, List.of(asSync(async))));
        Samples.write(store, "a", 1, Samples.appends(2 * round, 2 * round));
        postgres.kill();
        postgres.launch();
        assertThat(Samples.kept(store, "a")).isEqualTo(Samples.entries(1, 2 * round));
      }
    } finally {
      await(store.close());
    }
  }

  private static Journal.Append asSync(Journal.Append append) {
    return new Journal.Append(append.room(), append.epoch(), Durability.SYNC, append.entry());
  }

  @Test
  void nothingIsLostWhenItHangsForAWhile() {
    breaks(database(""), postgres::freeze, postgres::thaw);
  }

  /** The writer gives its session up, which may commit after all when it goes on. */
  @Test
  void nothingIsDoubledByASessionThatWasGivenUp() {
    Store store = open(database("?socketTimeout=1&connectTimeout=1"));
    try (Load load = new Load(store)) {
      for (int round = 0; round < 3; round++) {
        postgres.freeze();
        Load.await("refusal", () -> store.journal().refusal() == ErrorCode.JOURNAL_UNAVAILABLE);
        postgres.thaw();
        load.awaitMore();
      }
      load.assertAllIsKept();
    } finally {
      await(store.close());
    }
  }

  @Test
  void nothingIsLostWhenItsSessionsAreEnded() {
    JournalConfig config = database("");
    Store store = open(config);
    String name = config.url().substring(config.url().lastIndexOf('/') + 1);
    try (Load load = new Load(store)) {
      for (int round = 0; round < 10; round++) {
        postgres.sql(
            "postgres",
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

  @Test
  void aReadSaysThatItCannotBeDoneJustNow() {
    Store store = open(database("?connectTimeout=1"));
    Samples.register(store, "a");
    postgres.stop();
    try {
      assertThat(Samples.failureOf(store.journal().rooms("a")))
          .hasFieldOrPropertyWithValue("code", ErrorCode.JOURNAL_UNAVAILABLE);
    } finally {
      postgres.launch();
    }
    assertThat(await(store.journal().rooms("a"))).isEmpty();
    await(store.close());
  }

  @Test
  void aServerThatIsNotThereIsNamedAndNoSecretIs() {
    String url = "jdbc:postgresql://127.0.0.1:1/nowhere?password=" + WRONG + "&user=x";
    assertThatThrownBy(() -> open(Journals.at(url, "", WRONG)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/nowhere")
        .hasMessageContaining("cannot be reached")
        .hasMessageNotContaining(WRONG);
    assertThat(Journals.at(url, "x", WRONG).toString()).doesNotContain(WRONG);
  }

  @Test
  void aWrongPasswordIsToldAndNotShown() {
    String url = postgres.createDatabase();
    assertThatThrownBy(() -> open(Journals.at(url, Postgres.USER, WRONG)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(url)
        .hasMessageContaining("password")
        .hasMessageNotContaining(WRONG);
  }

  @Test
  void aNewerSchemaIsRefused() {
    JournalConfig config = database("");
    await(open(config).close());
    postgres.sql(
        config.url().substring(config.url().lastIndexOf('/') + 1), SqliteFaultTest.NEWER_SCHEMA);
    assertThatThrownBy(() -> open(config))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(config.url())
        .hasMessageContaining("newer version");
  }

  @Test
  void whatAKilledServerAcknowledgedIsKept() throws Exception {
    KilledServer.killAndCheck(Postgres.config(postgres.createDatabase()), 3);
  }
}
