package io.mycelium.journal.jdbc;

import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.NodeStore.Member;
import io.mycelium.journal.StoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;

/**
 * Looks at a store and changes nothing, for {@code mycelium doctor} and for a node that is about to
 * open it. Blocks: a database that does not answer fails it after some three seconds. Not for
 * several threads.
 *
 * <p>Each method throws a {@link StoreException} that says what to do if the store cannot be read.
 */
public final class StoreLook implements AutoCloseable {
  /** What a node of a cluster opens to PostgreSQL at most. */
  public static final int CONNECTIONS = JdbcStore.CONNECTIONS;

  private static final String SETTINGS =
      "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
          + " current_setting('max_connections')::int"
          + " - current_setting('superuser_reserved_connections')::int"
          + " - coalesce(current_setting('reserved_connections', true)::int, 0),"
          + " (SELECT count(*) FROM pg_stat_activity"
          + "   WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()),"
          + " current_setting('synchronous_commit'), current_setting('fsync') = 'on',"
          + " pg_is_in_recovery() OR current_setting('default_transaction_read_only') = 'on',"
          + " (SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user),"
          + " (SELECT datconnlimit FROM pg_database WHERE datname = current_database())";

  private static final String MAY_WRITE =
      "SELECT CASE WHEN to_regclass('entries') IS NULL"
          + " THEN has_schema_privilege(coalesce(current_schema(), 'public'), 'CREATE')"
          + " ELSE has_table_privilege('entries', 'INSERT')"
          + "   AND has_table_privilege('instances', 'UPDATE') END";

  private static final String CLOCK =
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint";

  private final Database database;
  private final JournalConfig config;
  private final String url;
  private final Connection connection;

  /**
   * What matters of PostgreSQL's settings.
   *
   * @param version for people
   * @param number such as 150004
   * @param maxConnections that this user may have in this database at most, of all programs
   * @param usedConnections of all programs in all databases
   * @param readOnly whether it is a standby, or takes no changes for another reason
   */
  public record Settings(
      String version,
      int number,
      int maxConnections,
      int usedConnections,
      String synchronousCommit,
      boolean fsync,
      boolean readOnly) {}

  /**
   * The schema that was found, and that this program makes.
   *
   * @param version null if there is none yet
   * @param fault what makes this program refuse the schema; null if nothing does
   */
  public record Schema(String version, String newest, String fault) {}

  /** Who uses PostgreSQL's database at the moment. */
  public enum User {
    NOBODY,
    ONE_NODE,
    CLUSTER
  }

  private StoreLook(Database database, JournalConfig config, String url, Connection connection) {
    this.database = database;
    this.config = config;
    this.url = url;
    this.connection = connection;
  }

  /**
   * Connects to PostgreSQL.
   *
   * @param shared whether the store is for a node of a cluster
   */
  public static StoreLook postgresql(JournalConfig config, boolean shared) {
    Database database = new Database(config, Duration.ZERO, shared);
    database.expectReadable();
    return connect(database, config, database.lookUrl());
  }

  /** Opens a SQLite file, which must exist. */
  public static StoreLook sqlite(JournalConfig config) {
    Database database = new Database(config, Duration.ZERO, false);
    SqliteLibrary.load();
    Path file = database.file().toAbsolutePath();
    // Without a log of changes nobody writes, and a reader that makes none must say so.
    boolean still = !Files.exists(file.resolveSibling(file.getFileName() + "-wal"));
    String url = "jdbc:sqlite:" + file.toUri() + (still ? "?immutable=1" : "?mode=ro");
    return connect(database, config, url);
  }

  private static StoreLook connect(Database database, JournalConfig config, String url) {
    Properties who = new Properties();
    if (!config.user().isEmpty()) {
      who.put("user", config.user());
    }
    if (!config.password().isEmpty()) {
      who.put("password", config.password());
    }
    try {
      return new StoreLook(database, config, url, DriverManager.getConnection(url, who));
    } catch (SQLException e) {
      throw database.explained(new IllegalStateException(e));
    }
  }

  /** SQLite's. */
  public static Path file(JournalConfig config) {
    return new Database(config, Duration.ZERO, false).file();
  }

  /**
   * The process that uses a SQLite file: its id as it wrote it, or null if none does. A server that
   * starts in the same microseconds finds the file in use.
   */
  public static String user(Path file) {
    Path lock = file.resolveSibling(file.getFileName() + ".lock");
    if (!Files.exists(lock)) {
      return null;
    }
    try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.READ);
        FileLock free = channel.tryLock(0, Long.MAX_VALUE, true)) {
      return free == null ? Files.readString(lock).strip() : null;
    } catch (IOException e) {
      throw new StoreException(
          "journal.url: " + lock + " cannot be read: make it readable for this user", e);
    }
  }

  private interface Query<T> {
    T of(ResultSet row) throws SQLException;
  }

  private interface Question<T> {
    T ask(Statement statement) throws SQLException;
  }

  private <T> T ask(Question<T> question) {
    try (Statement statement = connection.createStatement()) {
      return question.ask(statement);
    } catch (SQLException e) {
      throw database.explained(new IllegalStateException(e));
    }
  }

  private <T> T row(String select, Query<T> read) {
    return ask(
        statement -> {
          try (ResultSet row = statement.executeQuery(select)) {
            row.next();
            return read.of(row);
          }
        });
  }

  public Settings settings() {
    return row(
        SETTINGS,
        row ->
            new Settings(
                row.getString(1),
                row.getInt(2),
                least(row.getInt(3), row.getInt(8), row.getInt(9)),
                row.getInt(4),
                row.getString(5),
                row.getBoolean(6),
                row.getBoolean(7)));
  }

  /** -1 is no limit. */
  private static int least(int server, int user, int database) {
    return Stream.of(server, user, database)
        .filter(limit -> limit >= 0)
        .min(Integer::compare)
        .get();
  }

  /** Whether the user may write PostgreSQL's tables, or make them. */
  public boolean mayWrite() {
    return row(MAY_WRITE, row -> row.getBoolean(1));
  }

  /** PostgreSQL's clock, in milliseconds since 1970 (UTC). */
  public long clock() {
    return row(CLOCK, row -> row.getLong(1));
  }

  /** Who holds the lock of PostgreSQL's database. */
  public User user() {
    String mode = ask(StoreLock.Advisory::mode);
    if (mode == null) {
      return User.NOBODY;
    }
    return mode.equals("ShareLock") ? User.CLUSTER : User.ONE_NODE;
  }

  /** Whoever has a lease; none without the table, which an older version had not. */
  public List<Member> nodes() {
    return row("SELECT to_regclass('nodes') IS NOT NULL", row -> row.getBoolean(1))
        ? ask(statement -> Leases.nodes(statement.getConnection()))
        : List.of();
  }

  public Schema schema() {
    Flyway flyway =
        Flyway.configure()
            .dataSource(
                url,
                config.user().isEmpty() ? null : config.user(),
                config.password().isEmpty() ? null : config.password())
            .locations(database.dialect().migrations())
            .ignoreMigrationPatterns("*:pending")
            .load();
    try {
      MigrationInfoService info = flyway.info();
      MigrationInfo current = info.current();
      String newest =
          Stream.of(info.all())
              .filter(each -> !each.getState().isApplied() || each.getState().isResolved())
              .map(each -> each.getVersion().toString())
              .reduce((before, last) -> last)
              .orElse("none");
      String fault = null;
      if (current != null) {
        try {
          flyway.validate();
        } catch (RuntimeException e) {
          fault = database.explained(e).getMessage();
        }
      }
      return new Schema(current == null ? null : current.getVersion().toString(), newest, fault);
    } catch (RuntimeException e) {
      throw database.explained(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // It is gone then.
    }
  }
}
