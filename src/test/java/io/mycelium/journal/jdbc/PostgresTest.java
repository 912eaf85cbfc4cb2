package io.mycelium.journal.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class PostgresTest {
  private static void execute(String url, String statement) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement sql = connection.createStatement()) {
      sql.execute(statement);
    }
  }

  private static int rows(String url) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery("SELECT count(*) FROM t")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void whatWasCommittedIsThereAfterAKillAndAStop() throws SQLException {
    Postgres postgres = Postgres.shared();
    String url = postgres.newDatabase();
    execute(url, "CREATE TABLE t (x INT)");
    execute(url, "INSERT INTO t VALUES (1)");
    postgres.kill();
    postgres.launch();
    assertThat(rows(url)).isEqualTo(1);
    postgres.stop();
    postgres.launch();
    assertThat(rows(url)).isEqualTo(1);
  }
}
