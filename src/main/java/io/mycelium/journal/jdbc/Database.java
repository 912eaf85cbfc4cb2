package io.mycelium.journal.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.exception.FlywayValidateException;
import org.postgresql.Driver;

/** The location of the configured database, and the preparations before the first read. */
final class Database {
  private static final String SQLITE = "jdbc:sqlite:";

  /** Takes about a second; damage in a larger file shows when it is read. */
  private static final long MAX_CHECKED_BYTES = 256L << 20;

  private final JournalConfig config;
  private final Dialect dialect;
  private final Duration patience;
  private final boolean shared;

  /**
   * @param patience time that a database server has to answer, and another server of ours to end
   * @param shared whether by the nodes of a cluster
   */
  Database(JournalConfig config, Duration patience, boolean shared) {
    this.config = config;
    this.dialect = Dialect.of(config.url());
    this.patience = patience;
    this.shared = shared;
  }

  Dialect dialect() {
    return dialect;
  }

  /** The user's URL with the parameters that the drivers need. */
  String url() {
    return dialect == Dialect.SQLITE
        ? with("busy_timeout=5000")
        : with(parameters("connectTimeout=3", "socketTimeout=15"));
  }

  /** The same for leases, where a late answer is none. */
  String leaseUrl() {
    return with(parameters("connectTimeout=1", "socketTimeout=2"));
  }

  /** The same for one look, which waits for nobody. */
  String lookUrl() {
    return with(parameters("connectTimeout=2", "socketTimeout=2", "loginTimeout=3"));
  }

  private String[] parameters(String... more) {
    List<String> all = new ArrayList<>(List.of("reWriteBatchedInserts=true"));
    all.addAll(List.of(more));
    if (shared) {
      all.add("tcpKeepAlive=true");
    }
    if (config.place().contains(",")) {
      // Of several hosts, the one that can be written to; after a failover that is soon another.
      all.addAll(List.of("targetServerType=primary", "hostRecheckSeconds=1"));
    }
    return all.toArray(String[]::new);
  }

  private String with(String... parameters) {
    StringBuilder url = new StringBuilder(config.url());
    for (String parameter : parameters) {
      String name = parameter.substring(0, parameter.indexOf('=') + 1);
      if (!config.url().contains(name)) {
        url.append(url.indexOf("?") < 0 ? '?' : '&').append(parameter);
      }
    }
    return url.toString();
  }

  /** Waits for a server that is starting at the same time. */
  Duration patience() {
    return dialect == Dialect.SQLITE ? Duration.ofMillis(1) : patience;
  }

  /** Creates the folder of a file. */
  StoreLock lock() {
    if (dialect == Dialect.POSTGRESQL) {
      expectReadable();
      return new StoreLock.Advisory(shared);
    }
    if (shared) {
      throw new StoreException(
          "journal.url is "
              + config.place()
              + ", expected jdbc:postgresql://HOST/DATABASE with cluster.enabled: the nodes of a"
              + " cluster share a database",
          null);
    }
    Path file = file();
    Path folder = file.toAbsolutePath().getParent();
    try {
      Files.createDirectories(folder);
      // One path for the file, whatever name a second server uses.
      file =
          Files.exists(file) ? file.toRealPath() : folder.toRealPath().resolve(file.getFileName());
    } catch (IOException e) {
      throw new StoreException(
          "journal.url: the folder "
              + folder
              + " cannot be made: make it by hand and let this user write there, or name another",
          e);
    }
    return StoreLock.ofFile(file);
  }

  /** The driver's and the pool's messages would repeat the URL, secrets included. */
  void expectReadable() {
    boolean namesUser = config.place().contains("@");
    if (namesUser || Driver.parseURL(config.url(), new Properties()) == null) {
      throw new StoreException(
          "journal.url is "
              + config.place().replaceFirst("//.*@", "//")
              + ", expected jdbc:postgresql://HOST:PORT/DATABASE; user and password go into"
              + " journal.user and journal.password",
          null);
    }
  }

  /**
   * SQLite's.
   *
   * @throws StoreException if the URL names no file
   */
  Path file() {
    String rest = config.url().substring(SQLITE.length());
    int parameters = rest.indexOf('?');
    String name = parameters < 0 ? rest : rest.substring(0, parameters);
    if (name.isEmpty() || name.startsWith(":") || name.startsWith("file:")) {
      throw new StoreException(
          "journal.url is " + config.place() + ", expected a file; memory: keeps nothing", null);
    }
    return Path.of(name);
  }

  /** Migrates the schema; refuses a schema that is newer than this server. */
  void migrate(HikariDataSource pool) {
    Flyway.configure()
        .dataSource(pool)
        .locations(dialect.migrations())
        .ignoreMigrationPatterns(new String[0])
        .load()
        .migrate();
  }

  /**
   * Makes sure that no other server uses the database; waits a little for a server that is ending.
   *
   * @throws StoreException if another server does
   */
  void claim(Committer committer) {
    long deadline = System.nanoTime() + patience().toNanos();
    while (true) {
      try {
        committer.open();
        return;
      } catch (SQLException e) {
        if (!StoreLock.HELD.equals(e.getSQLState())) {
          throw new IllegalStateException(e);
        }
        if (System.nanoTime() > deadline) {
          throw new StoreException("journal.url: " + config.place() + " is " + e.getMessage(), e);
        }
        pause();
      }
    }
  }

  /**
   * Reads a whole SQLite file once, unless it is so large that the start would take long.
   *
   * @throws StoreException if the file is damaged
   */
  void check(HikariDataSource pool) {
    if (dialect != Dialect.SQLITE || file().toFile().length() > MAX_CHECKED_BYTES) {
      return;
    }
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("PRAGMA quick_check(1)")) {
      if (row.next() && !row.getString(1).equals("ok")) {
        throw damaged(new SQLException(row.getString(1)));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private StoreException damaged(Exception cause) {
    return new StoreException(
        "journal.url: "
            + config.place()
            + " is damaged or no SQLite database ("
            + cause.getMessage()
            + "): restore a backup, or move it away to begin anew",
        cause);
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The same failure with a message that says what to do. */
  StoreException explained(RuntimeException failure) {
    if (failure instanceof StoreException explained) {
      return explained;
    }
    String where = "journal.url: " + config.place();
    if (failure instanceof FlywayValidateException) {
      return new StoreException(
          where
              + " was written by a newer version of this server, or its schema was changed by hand:"
              + " start that version, or restore a backup. "
              + firstLines(failure),
          failure);
    }
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String reason = String.valueOf(root.getMessage());
    if (reason.contains("SQLITE_NOTADB") || reason.contains("SQLITE_CORRUPT")) {
      return damaged((Exception) root);
    }
    String advice =
        failure instanceof FlywayException
            ? " cannot be brought up to date: "
            : " cannot be reached: check that it runs and that user and password are right: ";
    return new StoreException(where + advice + reason, failure);
  }

  private static String firstLines(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().limit(3).reduce("", (a, b) -> a + b + " ");
  }
}
