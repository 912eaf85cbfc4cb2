package io.mycelium.journal.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.RevocationStore;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps everything in a database: SQLite in a file, or PostgreSQL. One thread writes, a few read.
 */
public final class JdbcStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcStore.class);
  private static final int READERS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final HikariDataSource pool;
  private final StoreLock lock;
  private final Writer writer;
  private final Reader reader;
  private final JdbcJournal journal;
  private final JdbcSnapshots snapshots;
  private final JdbcInstances instances;
  private final JdbcRevocations revocations;

  private JdbcStore(
      HikariDataSource pool,
      StoreLock lock,
      JournalConfig config,
      Writer writer,
      UnsortedEntries unsorted) {
    this.pool = pool;
    this.lock = lock;
    this.writer = writer;
    this.reader = new Reader(pool, READERS);
    this.journal = new JdbcJournal(config, writer, reader, unsorted);
    this.snapshots = new JdbcSnapshots(config, writer, reader);
    this.instances = new JdbcInstances(writer, reader, journal::registered);
    this.revocations = new JdbcRevocations(writer, reader);
    writer.start();
  }

  /**
   * Opens the database; creates or migrates it first. Blocks.
   *
   * @throws StoreException with a message that says what to do
   */
  public static JdbcStore open(JournalConfig config, JournalMeters meters) {
    return open(config, meters, UnsortedEntries.Limits.DEFAULT);
  }

  public static JdbcStore open(
      JournalConfig config, JournalMeters meters, UnsortedEntries.Limits limits) {
    return open(new Database(config, PATIENCE), config, meters, limits);
  }

  static JdbcStore open(
      Database database,
      JournalConfig config,
      JournalMeters meters,
      UnsortedEntries.Limits limits) {
    Dialect dialect = Dialect.of(config.url());
    UnsortedEntries unsorted = dialect.sortsLater() ? new UnsortedEntries(limits) : null;
    StoreLock lock = database.lock();
    HikariDataSource pool = null;
    try {
      if (dialect == Dialect.SQLITE) {
        SqliteLibrary.load();
      }
      pool = new HikariDataSource(hikari(database, config));
      Committer committer = new Committer(pool, dialect, lock, unsorted);
      database.claim(committer);
      database.check(pool);
      database.migrate(pool);
      Writer writer = new Writer(config, meters, committer);
      begin(pool, unsorted, writer);
      return new JdbcStore(pool, lock, config, writer, unsorted);
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      lock.close();
      throw database.explained(e);
    }
  }

  /** Continues the unfinished work of the previous process. */
  private static void begin(HikariDataSource pool, UnsortedEntries unsorted, Writer writer) {
    try (Connection connection = pool.getConnection()) {
      if (unsorted != null) {
        unsorted.load(connection);
      }
      Deletion.unfinished(connection).forEach(writer::add);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HikariConfig hikari(Database database, JournalConfig config) {
    HikariConfig hikari = new HikariConfig();
    hikari.setPoolName("mycelium-store");
    hikari.setJdbcUrl(database.url());
    if (!config.user().isEmpty()) {
      hikari.setUsername(config.user());
    }
    if (!config.password().isEmpty()) {
      hikari.setPassword(config.password());
    }
    hikari.setMaximumPoolSize(READERS + 1);
    hikari.setMinimumIdle(1);
    hikari.setConnectionTimeout(CONNECT.toMillis());
    hikari.setValidationTimeout(CONNECT.toMillis() / 2);
    hikari.setInitializationFailTimeout(database.patience().toMillis());
    return hikari;
  }

  @Override
  public InstanceStore instances() {
    return instances;
  }

  @Override
  public Journal journal() {
    return journal;
  }

  @Override
  public SnapshotStore snapshots() {
    return snapshots;
  }

  @Override
  public RevocationStore revocations() {
    return revocations;
  }

  @Override
  public Future<Void> close() {
    Promise<Void> closed = Promise.promise();
    Thread closing =
        new Thread(
            () -> {
              try {
                closeNow();
                closed.complete();
              } catch (InterruptedException e) {
                closed.fail(e);
              }
            },
            "mycelium-store-close");
    closing.start();
    return closed.future();
  }

  private void closeNow() throws InterruptedException {
    writer.close(CLOSE);
    reader.close();
    pool.close();
    lock.close();
    LOG.debug("store closed");
  }
}
