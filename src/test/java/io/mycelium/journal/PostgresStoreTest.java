package io.mycelium.journal;

import io.mycelium.testing.Postgres;

class PostgresStoreTest extends JdbcStoreContract {
  @Override
  JournalConfig emptyDatabase() {
    return Postgres.shared().newDatabase();
  }
}
