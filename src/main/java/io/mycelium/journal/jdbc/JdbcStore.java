package io.mycelium.journal.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.RevocationStore;
import io.mycelium.journal.Sharing;
import io.mycelium.journal.SnapshotStore;
import io.mycelium.journal.Store;
import io.mycelium.journal.StoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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

  /** A lease is not renewed in time if a connection takes longer. */
  private static final Duration LEASE = Duration.ofSeconds(1);

  private static final Duration CLOSE = Duration.ofSeconds(5);

  /** What a node opens to PostgreSQL at most: the readers' and the writer's, and its lease's. */
  static final int CONNECTIONS = READERS + 1 + JdbcNodes.CONNECTIONS;

  private final HikariDataSource pool;
  private final StoreLock lock;
  private final Writer writer;
  private final Reader reader;
  private final JdbcJournal journal;
  private final JdbcSnapshots snapshots;
  private final JdbcInstances instances;
  private final JdbcRevocations revocations;

  /** Null outside of a cluster. */
  private final JdbcNodes nodes;

  private JdbcStore(
      HikariDataSource pool,
      StoreLock lock,
      JournalConfig config,
      Writer writer,
      UnsortedEntries unsorted,
      Ownership ownership,
      HikariDataSource leases) {
    this.pool = pool;
    this.lock = lock;
    this.writer = writer;
    this.reader = new Reader(pool, "reader", READERS);
    boolean shared = ownership != null;
    Duration leastAge = shared ? ownership.sharing().unanswered() : Duration.ZERO;
    this.journal = new JdbcJournal(config, writer, reader, unsorted, shared);
    this.snapshots = new JdbcSnapshots(config, writer, reader, leastAge);
    this.instances = new JdbcInstances(writer, reader, journal::registered, ownership);
    this.nodes = shared ? new JdbcNodes(leases, ownership, writer, reader) : null;
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
    return open(new Database(config, PATIENCE, false), config, meters, limits, null);
  }

  /**
   * The same for a node of a cluster, which writes nothing before it has joined ({@link
   * NodeStore#join}).
   */
  public static JdbcStore open(JournalConfig config, JournalMeters meters, Sharing sharing) {
    Database database = new Database(config, PATIENCE, true);
    return open(database, config, meters, UnsortedEntries.Limits.DEFAULT, sharing);
  }

  static JdbcStore open(
      Database database,
      JournalConfig config,
      JournalMeters meters,
      UnsortedEntries.Limits limits,
      Sharing sharing) {
    Dialect dialect = database.dialect();
    Ownership ownership = sharing == null ? null : new Ownership(sharing);
    UnsortedEntries unsorted = dialect.sortsLater() ? new UnsortedEntries(limits) : null;
    StoreLock lock = database.lock();
    HikariDataSource pool = null;
    HikariDataSource leases = null;
    try {
      if (dialect == Dialect.SQLITE) {
        SqliteLibrary.load();
      }
      pool = new HikariDataSource(hikari("store", database, config, READERS + 1));
      Committer committer = new Committer(pool, dialect, lock, unsorted, ownership);
      database.claim(committer);
      database.check(pool);
      database.migrate(pool);
      Writer writer = new Writer(config, meters, committer);
      begin(pool, unsorted, writer, ownership != null);
      leases = ownership == null ? null : new HikariDataSource(leases(database, config));
      return new JdbcStore(pool, lock, config, writer, unsorted, ownership, leases);
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      if (leases != null) {
        leases.close();
      }
      lock.close();
      throw database.explained(e);
    }
  }

  /** Continues the unfinished work of the previous process. */
  private static void begin(
      HikariDataSource pool, UnsortedEntries unsorted, Writer writer, boolean shared) {
    try (Connection connection = pool.getConnection()) {
      if (unsorted != null) {
        unsorted.load(connection);
      }
      List<Deletion> unfinished =
          shared ? Deletion.ofInstances(connection) : Deletion.unfinished(connection);
      unfinished.forEach(writer::add);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HikariConfig leases(Database database, JournalConfig config) {
    HikariConfig hikari = hikari("leases", database, config, JdbcNodes.CONNECTIONS);
    hikari.setJdbcUrl(database.leaseUrl());
    hikari.setConnectionInitSql(JdbcNodes.SETTINGS);
    hikari.setMinimumIdle(JdbcNodes.CONNECTIONS);
    hikari.setConnectionTimeout(LEASE.toMillis());
    hikari.setValidationTimeout(LEASE.toMillis() / 2);
    return hikari;
  }

  private static HikariConfig hikari(
      String name, Database database, JournalConfig config, int size) {
    HikariConfig hikari = new HikariConfig();
    hikari.setPoolName("mycelium-" + name);
    hikari.setJdbcUrl(database.url());
    if (!config.user().isEmpty()) {
      hikari.setUsername(config.user());
    }
    if (!config.password().isEmpty()) {
      hikari.setPassword(config.password());
    }
    hikari.setMaximumPoolSize(size);
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
  public boolean isShared() {
    return nodes != null;
  }

  @Override
  public NodeStore nodes() {
    return nodes == null ? Store.super.nodes() : nodes;
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
    if (nodes != null) {
      nodes.close();
    }
    pool.close();
    lock.close();
    LOG.debug("store closed");
  }
}
