package io.mycelium.journal;

import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.testing.Postgres;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL goes away while nobody writes, or for good. */
class PostgresAwayTest {
  private final Postgres postgres = Postgres.start();

  @AfterEach
  void close() {
    postgres.close();
  }

  @Test
  void aServerThatGoesAwayWhileNobodyWritesIsNoticedAndSoIsItsReturn() throws Exception {
    JdbcStore store = JdbcStore.open(postgres.newDatabase(), JournalMeters.NONE);
    postgres.stop();
    Load.await("refusal", () -> store.journal().refusal() == ErrorCode.JOURNAL_UNAVAILABLE);
    postgres.launch();
    Load.await("end of the refusal", () -> store.journal().refusal() == null);
    await(store.close());
  }

  @Test
  void aStoreThatIsClosedWhileTheServerIsAwayGivesUpWithinSeconds() throws Exception {
    JdbcStore store = JdbcStore.open(postgres.newDatabase(), JournalMeters.NONE);
    Samples.register(store, "x");
    postgres.stop();
    var append =
        store.journal().append("x", 1, List.of(Samples.append(Samples.ROOM, Samples.entry(1))));
    await(store.close());
    assertThatThrownBy(() -> await(append)).hasMessageContaining("the store was closed");
  }
}
