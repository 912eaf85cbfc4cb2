package io.mycelium.journal.jdbc;

/** The contract on a real PostgreSQL. */
final class PostgresqlStoreTest extends DatabaseContract {
  @Override
  String newDatabase() {
    return Postgres.shared().newDatabase();
  }
}
