package io.mycelium.journal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps everything in a database: SQLite in a file, or PostgreSQL. One thread writes, a few read.
 */
public final class JdbcStore implements Store {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcStore.class);
  private static final int READERS = 4;
  private static final Duration CONNECT = Duration.ofSeconds(3);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final HikariDataSource pool;
  private final StoreLock lock;
  private final Writer writer;
  private final Reader reader;
  private final JdbcJournal journal;
  private final JdbcSnapshots snapshots;
  private final JdbcInstances instances;

  private JdbcStore(
      JournalConfig config,
      JournalMeters meters,
      HikariDataSource pool,
      StoreLock lock,
      Committer committer) {
    this.pool = pool;
    this.lock = lock;
    this.writer = new Writer(config, meters, committer);
    this.reader = new Reader(pool, READERS);
    this.journal = new JdbcJournal(config, writer, reader);
    this.snapshots = new JdbcSnapshots(config, writer, reader);
    this.instances = new JdbcInstances(writer, reader, journal);
    writer.start();
  }

  /**
   * Opens the database, which is made or brought up to date first. Blocks.
   *
   * @throws StoreException that says what to do
   */
  public static JdbcStore open(JournalConfig config, JournalMeters meters) {
    Database database = new Database(config);
    StoreLock lock = database.lock();
    HikariDataSource pool = null;
    try {
      pool = new HikariDataSource(hikari(database, config));
      database.migrate(pool);
      Committer committer = new Committer(pool, Dialect.of(config.url()), lock);
      database.claim(committer);
      return new JdbcStore(config, meters, pool, lock, committer);
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      lock.close();
      throw database.explained(e);
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
