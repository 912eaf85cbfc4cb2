package io.mycelium.journal;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes many pieces of work in one transaction, on a connection that it keeps. One that must not
 * be written, or that the database refuses for what it is, fails alone. On the writer's thread.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);
  private static final int SQLITE_CONSTRAINT = 19;

  private final HikariDataSource pool;
  private final Dialect dialect;
  private final StoreLock lock;
  private final RoomEpochs epochs = new RoomEpochs();
  private Connection connection;

  /** How the connection commits; null if that is not known. */
  private Boolean commitsSync;

  /** Between the statements of a transaction and its commit it may have worked or not. */
  private boolean inDoubt;

  Committer(HikariDataSource pool, Dialect dialect, StoreLock lock) {
    this.pool = pool;
    this.dialect = dialect;
    this.lock = lock;
  }

  /**
   * Afterwards each is done, or wants another transaction, or is postponed until that.
   *
   * @param again whether an earlier try ended with an unknown outcome
   * @throws SQLException if nothing can be written just now; to be tried again
   */
  void commit(List<Write<?>> writes, boolean again) throws SQLException {
    boolean doubt = again && inDoubt;
    try {
      commitTogether(writes, doubt);
      return;
    } catch (SQLException e) {
      rollBack();
      if (!isRefusal(e)) {
        letGo();
        throw e;
      }
      if (writes.size() == 1) {
        refuse(writes.get(0), e);
        return;
      }
    }
    Set<String> deleting = new HashSet<>();
    for (Write<?> write : writes) {
      write.postpone(deleting.contains(write.instance()));
      if (!write.isPostponed() && !write.promise().future().isComplete()) {
        commit(List.of(write), again);
        noteDeletion(write, deleting);
      }
    }
  }

  /** What comes for an instance behind its unfinished deletion waits. */
  private static void noteDeletion(Write<?> write, Set<String> deleting) {
    if (!write.isDone()) {
      deleting.add(write.instance());
    }
  }

  private void commitTogether(List<Write<?>> writes, boolean doubt) throws SQLException {
    open();
    commitAs(writes.stream().anyMatch(Write::isUrgent));
    Set<String> instances = new LinkedHashSet<>();
    writes.forEach(write -> instances.add(write.instance()));
    Set<String> deleting = new HashSet<>();
    try (Transaction transaction = new Transaction(connection, dialect, instances, epochs, doubt)) {
      for (Write<?> write : writes) {
        write.postpone(deleting.contains(write.instance()));
        if (!write.isPostponed()) {
          run(write, transaction);
          noteDeletion(write, deleting);
        }
      }
      transaction.flush();
      inDoubt = true;
      connection.commit();
      inDoubt = false;
    }
    epochs.committed();
  }

  private static void run(Write<?> write, Transaction transaction) throws SQLException {
    try {
      if (!write.promise().future().isComplete()) {
        write.run(transaction);
      }
    } catch (Fenced e) {
      write.failed(e);
    }
  }

  private void refuse(Write<?> write, SQLException cause) {
    LOG.warn("the database refused a write of instance {}: {}", write.instance(), cause.toString());
    write.failed(cause);
  }

  /** Whether the database says that this work is wrong, not that it cannot work. */
  private static boolean isRefusal(SQLException e) {
    String state = e.getSQLState();
    return e.getErrorCode() == SQLITE_CONSTRAINT
        || state != null && (state.startsWith("22") || state.startsWith("23"));
  }

  /**
   * Takes a connection to keep, with the lock.
   *
   * @throws SQLException if another server holds it, or the database cannot be reached
   */
  void open() throws SQLException {
    if (connection == null) {
      Connection opened = pool.getConnection();
      try {
        lock.hold(opened);
        dialect.onOpen(opened);
        opened.setAutoCommit(false);
      } catch (SQLException | RuntimeException e) {
        pool.evictConnection(opened);
        throw e;
      }
      connection = opened;
      commitsSync = null;
    }
  }

  private void commitAs(boolean sync) throws SQLException {
    if (commitsSync == null || sync != commitsSync) {
      dialect.commitsAre(connection, sync);
      commitsSync = sync;
    }
  }

  private void rollBack() {
    epochs.rolledBack();
    // A setting of PostgreSQL is rolled back too.
    commitsSync = null;
    if (connection != null) {
      try {
        connection.rollback();
      } catch (SQLException e) {
        letGo();
      }
    }
  }

  private void letGo() {
    if (connection != null) {
      pool.evictConnection(connection);
      connection = null;
    }
  }

  void close() {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        LOG.debug("connection not closed", e);
      }
    }
  }
}
