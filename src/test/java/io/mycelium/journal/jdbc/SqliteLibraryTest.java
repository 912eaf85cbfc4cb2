package io.mycelium.journal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteLibraryTest {
  @TempDir private Path temporary;

  private Path unpack() throws Exception {
    Path[] library = new Path[1];
    SqliteLibrary.unpack(temporary, file -> library[0] = file);
    return library[0];
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void theNextStartTakesTheSameFile() throws Exception {
    Path first = unpack();
    Object key = Files.getAttribute(first, "unix:ino");
    assertThat(unpack()).isEqualTo(first);
    assertThat(Files.getAttribute(first, "unix:ino")).isEqualTo(key);
    assertThat(Files.size(first)).isGreaterThan(500_000);
    assertThat(names(temporary)).hasSize(1);
  }

  @Test
  void aLibraryThatIsDamagedIsUnpackedAnew() throws Exception {
    Path library = unpack();
    byte[] whole = Files.readAllBytes(library);
    Files.write(library, new byte[whole.length]);
    assertThat(Files.readAllBytes(unpack())).isEqualTo(whole);
    Files.write(library, new byte[0]);
    assertThat(Files.readAllBytes(unpack())).isEqualTo(whole);
  }

  @Test
  void whatOtherVersionsAndStartsThatWereCutOffLeftIsRemoved() throws Exception {
    Path library = unpack();
    Files.write(library.resolveSibling("3.1.0.0-0123456789abcdef-libsqlitejdbc.so"), new byte[9]);
    Files.write(library.resolveSibling("unfinished"), new byte[9]);
    unpack();
    assertThat(names(library.getParent()))
        .containsExactly(library.getFileName().toString(), "lock");
  }

  @Test
  void aFolderThatOthersMayWriteToIsNotTrusted() throws Exception {
    Path folder = unpack().getParent();
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(this::unpack)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining("0700");
  }

  @Test
  void aLinkInThePlaceOfTheFolderIsNotFollowed() throws Exception {
    Path library = unpack();
    Path elsewhere = Files.move(library.getParent(), temporary.resolve("elsewhere"));
    Files.createSymbolicLink(library.getParent(), elsewhere);
    assertThatThrownBy(this::unpack).isInstanceOf(IOException.class).hasMessageContaining("0700");
  }

  @Test
  void startsAtTheSameTimeTakeTurns() throws Exception {
    ExecutorService starts = Executors.newFixedThreadPool(4);
    List<Path> inside = new ArrayList<>();
    try {
      List<Future<Void>> ends = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        ends.add(
            starts.submit(
                () -> {
                  SqliteLibrary.unpack(
                      temporary,
                      library -> {
                        // Not synchronized: the lock is what keeps the others out.
                        inside.add(library);
                        assertThat(inside).hasSize(1);
                        assertThat(Files.size(library)).isGreaterThan(500_000);
                        inside.clear();
                      });
                  return null;
                }));
      }
      for (Future<Void> end : ends) {
        end.get();
      }
    } finally {
      starts.shutdownNow();
    }
  }
}
