package io.mycelium.journal.jdbc;

import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.config;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.Store;
import io.mycelium.testing.SelfSigned;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS to PostgreSQL, by the parameters of the URL that docs/tls.md has. */
final class PostgresTlsTest {
  private static final Postgres postgres = Postgres.shared();

  @TempDir Path folder;

  private SelfSigned certificate;

  @BeforeEach
  void switchTlsOn() throws IOException, SQLException {
    certificate = SelfSigned.make(folder, "database", "RSA");
    Path data = Path.of(text(postgres.newDatabase(), "SHOW data_directory"));
    for (Path file : new Path[] {certificate.certificate(), certificate.key()}) {
      Path copy = Files.writeString(data.resolve(file.getFileName()), Files.readString(file));
      PostgresBinaries.give(copy);
      copy.toFile().setReadable(false, false);
      copy.toFile().setReadable(true, true);
      copy.toFile().setWritable(true, true);
    }
    postgres.sql("ALTER SYSTEM SET ssl_cert_file = 'database.crt'");
    postgres.sql("ALTER SYSTEM SET ssl_key_file = 'database.key'");
    postgres.sql("ALTER SYSTEM SET ssl = on");
    restart();
  }

  @AfterEach
  void switchTlsOff() {
    postgres.sql("ALTER SYSTEM RESET ALL");
    restart();
  }

  private static void restart() {
    postgres.stop();
    postgres.launch();
  }

  private static String text(String url, String query) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url);
        Statement sql = connection.createStatement();
        ResultSet row = sql.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  @Test
  void aServerThatProvesWhoItIsIsSpokenToInTls() throws SQLException {
    String url =
        postgres.newDatabase() + "&sslmode=verify-full&sslrootcert=" + certificate.certificate();
    Store store = JdbcStore.open(config(url), JournalMeters.NONE);
    try {
      String plain =
          "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
              + " WHERE datname = current_database() AND NOT ssl";
      assertThat(text(url, plain)).isEqualTo("0");
      assertThat(text(url, plain.replace("NOT ssl", "version LIKE 'TLSv1.%'"))).isNotEqualTo("0");
    } finally {
      await(store.close());
    }
  }

  @Test
  void aServerWithAnotherCertificateIsNotSpokenTo() {
    SelfSigned other = SelfSigned.make(folder, "other", "RSA");
    String url = postgres.newDatabase() + "&sslmode=verify-full&sslrootcert=" + other.certificate();
    assertThatThrownBy(() -> JdbcStore.open(config(url), JournalMeters.NONE))
        .hasMessageContaining("journal.url")
        .message()
        .doesNotContain(Postgres.PASSWORD);
  }
}
