package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static io.mycelium.journal.StoreRig.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreRig;
import io.mycelium.protocol.ErrorCode;
import io.vertx.core.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL goes away while nobody writes, or for good. */
class PostgresAwayTest {
  private final Postgres postgres = Postgres.shared();

  @AfterEach
  void startItAgain() {
    postgres.launch();
  }

  @Test
  void aServerThatGoesAwayWhileNobodyWritesIsNoticedAndSoIsItsReturn() {
    Store store = JdbcStore.open(config(postgres.newDatabase()), JournalMeters.NONE);
    postgres.stop();
    Load.await("refusal", () -> store.journal().refusal() == ErrorCode.JOURNAL_UNAVAILABLE);
    postgres.launch();
    Load.await("end of the refusal", () -> store.journal().refusal() == null);
    await(store.close());
  }

  @Test
  void aStoreThatIsClosedWhileTheServerIsAwayGivesUpWithinSeconds() {
    Store store = JdbcStore.open(config(postgres.newDatabase()), JournalMeters.NONE);
    await(store.instances().create(StoreRig.instance("x")));
    postgres.stop();
    Future<Void> append = store.journal().append("x", 1, appends("lobby", "e", 1, 1));
    await(store.close());
    assertThat(failure(append)).hasMessageContaining("the store was closed");
  }
}
