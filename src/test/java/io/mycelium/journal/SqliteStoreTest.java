package io.mycelium.journal;

import io.mycelium.testing.Journals;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends JdbcStoreContract {
  @TempDir Path folder;

  @Override
  JournalConfig emptyDatabase() {
    return Journals.in(folder.resolve("new/folder/mycelium.db"));
  }
}
