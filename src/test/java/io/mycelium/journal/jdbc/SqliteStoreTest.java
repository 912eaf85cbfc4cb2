package io.mycelium.journal.jdbc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a SQLite file. */
final class SqliteStoreTest extends DatabaseContract {
  @TempDir Path folder;

  @Override
  String newDatabase() {
    return "jdbc:sqlite:" + folder.resolve("data/mycelium.db");
  }
}
