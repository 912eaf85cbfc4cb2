package io.mycelium.journal.jdbc;

/**
 * A PostgreSQL for benchmarks in other languages: prints its URL, and runs until its input ends.
 */
public final class PostgresForBench {
  private PostgresForBench() {}

  public static void main(String[] args) throws Exception {
    try (Postgres postgres = Postgres.start(args)) {
      System.out.println(postgres.newDatabase());
      while (System.in.read() >= 0) {
        // Its end is the sign.
      }
    }
    System.exit(0);
  }
}
