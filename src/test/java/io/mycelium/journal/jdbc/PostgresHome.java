package io.mycelium.journal.jdbc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes into a file where the programs of the tests' PostgreSQL are, for {@code
 * examples/cluster/run}.
 */
final class PostgresHome {
  private PostgresHome() {}

  public static void main(String[] arguments) throws IOException {
    Path programs = PostgresBinaries.unpacked().programs();
    Files.writeString(Path.of(arguments[0]), programs.toString());
  }
}
