package io.mycelium.journal.jdbc;

import io.mycelium.testing.Postgres;

/** The contract on a real PostgreSQL. */
final class PostgresqlStoreTest extends DatabaseContract {
  @Override
  String newDatabase() {
    return Postgres.shared().newDatabase();
  }
}
