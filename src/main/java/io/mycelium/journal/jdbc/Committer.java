package io.mycelium.journal.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.mycelium.journal.Fenced;
import io.mycelium.journal.jdbc.KnownRooms.Place;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs many writes in one transaction, on a connection that it keeps. A write that is fenced off,
 * or that the database rejects for its content, fails alone. On the writer's thread.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  /** {@code SQLITE_TOOBIG}, {@code SQLITE_CONSTRAINT}, {@code SQLITE_MISMATCH}. */
  private static final Set<Integer> SQLITE_REFUSALS = Set.of(18, 19, 20);

  /** Classes of SQL states: data, integrity, limits of the program. */
  private static final Set<String> POSTGRESQL_REFUSALS = Set.of("22", "23", "54");

  private static final int PROBE_SECONDS = 2;

  private final HikariDataSource pool;
  private final Dialect dialect;
  private final StoreLock lock;

  /** Null outside of a cluster. */
  private final Ownership ownership;

  private final RoomEpochs epochs = new RoomEpochs();

  /** Null if each entry goes to its table at once. */
  private final UnsortedEntries unsorted;

  private Connection lease;

  /** The driver's own connection: the pool's would log users' data if a batch fails. */
  private Connection connection;

  private Statements statements;

  private Boolean commitsSync;

  /** A failure between a transaction's statements and its commit leaves the outcome unknown. */
  private boolean inDoubt;

  /**
   * @param unsorted null if each entry goes to its table at once
   * @param ownership null outside of a cluster
   */
  Committer(
      HikariDataSource pool,
      Dialect dialect,
      StoreLock lock,
      UnsortedEntries unsorted,
      Ownership ownership) {
    this.pool = pool;
    this.dialect = dialect;
    this.lock = lock;
    this.unsorted = unsorted;
    this.ownership = ownership;
  }

  /**
   * Settles each write, or postpones it until an unfinished deletion of its instance is done.
   *
   * @param again whether an earlier try of the same writes ended with a failure
   * @throws SQLException if the database cannot be written now; retry later
   */
  void commit(List<Write<?>> writes, boolean again) throws SQLException {
    inDoubt &= again;
    commit(writes, inDoubt, new HashSet<>());
    inDoubt = false;
  }

  /** Halves a rejected batch until the rejected write is alone. */
  private void commit(List<Write<?>> writes, boolean doubt, Set<String> deleting)
      throws SQLException {
    open();
    Set<String> deletingBefore = Set.copyOf(deleting);
    try {
      commitTogether(writes, doubt, deleting);
      return;
    } catch (SQLException e) {
      rollBack();
      if (mayPass(e)) {
        letGo();
        throw e;
      }
      deleting.retainAll(deletingBefore);
      if (writes.size() == 1) {
        refuse(writes.get(0), e);
        return;
      }
    } catch (RuntimeException e) {
      rollBack();
      deleting.retainAll(deletingBefore);
      if (writes.size() == 1) {
        refuse(writes.get(0), e);
        return;
      }
    }
    int half = writes.size() / 2;
    commit(writes.subList(0, half), doubt, deleting);
    commit(writes.subList(half, writes.size()), doubt, deleting);
  }

  private void commitTogether(List<Write<?>> writes, boolean doubt, Set<String> deleting)
      throws SQLException {
    boolean sync = writes.stream().anyMatch(Write::isUrgent);
    Set<String> instances = new LinkedHashSet<>();
    writes.forEach(write -> instances.add(write.instance()));
    List<Write<?>> carriedOut = new ArrayList<>(writes.size());
    Transaction transaction =
        new Transaction(statements, generations(instances, sync), epochs, unsorted, doubt);
    if (dialect == Dialect.POSTGRESQL) {
      Set<Place> places = new HashSet<>();
      writes.forEach(write -> places.addAll(write.places()));
      epochs.readMany(transaction, places);
    }
    for (Write<?> write : writes) {
      write.postpone(deleting.contains(write.instance()));
      if (!write.isPostponed() && !write.isSettled()) {
        run(write, transaction);
        carriedOut.add(write);
      }
      boolean failed = write.promise().future().isComplete();
      if (write.holdsUpItsInstance() && !write.isPostponed() && !write.isDone() && !failed) {
        deleting.add(write.instance());
      }
    }
    transaction.end();
    inDoubt = true;
    connection.commit();
    inDoubt = doubt;
    committed();
    carriedOut.forEach(Write::written);
  }

  /** Begins the transaction. */
  private Generations generations(Set<String> instances, boolean sync) throws SQLException {
    commitAs(sync);
    if (ownership == null) {
      return new Generations(dialect.generations(statements, instances));
    }
    Generations found = ownership.generations(statements, instances);
    while (found == null) {
      connection.rollback();
      commitsSync = null;
      commitAs(sync);
      found = ownership.generations(statements, instances);
    }
    return found;
  }

  private void committed() {
    epochs.committed();
    if (unsorted != null) {
      unsorted.committed();
    }
  }

  private static void run(Write<?> write, Transaction transaction) throws SQLException {
    try {
      write.run(transaction);
    } catch (Fenced e) {
      write.failed(e);
    }
  }

  private void refuse(Write<?> write, Exception cause) {
    LOG.warn("the database refused a write of instance {}: {}", write.instance(), brief(cause));
    write.failed(cause);
  }

  /** The message without a batch's statements, which contain users' data. */
  static String brief(Exception failure) {
    Exception cause =
        failure instanceof BatchUpdateException batch && batch.getNextException() != null
            ? batch.getNextException()
            : failure;
    return cause.getClass().getSimpleName() + ": " + cause.getMessage();
  }

  /** Whether the database is unavailable, rather than the write invalid. */
  private boolean mayPass(SQLException e) {
    if (dialect == Dialect.SQLITE) {
      return !SQLITE_REFUSALS.contains(e.getErrorCode());
    }
    String state = e.getSQLState();
    return state == null || POSTGRESQL_REFUSALS.stream().noneMatch(state::startsWith);
  }

  /**
   * Makes sure that this server holds the lock.
   *
   * @throws SQLException with the state {@link StoreLock#HELD} if another server holds it
   */
  void open() throws SQLException {
    if (lease == null) {
      Connection leased = pool.getConnection();
      try {
        epochs.forgetAll();
        lock.hold(leased);
        dialect.onOpen(leased);
        if (ownership != null) {
          Ownership.settle(leased);
        }
        connection = leased.unwrap(Connection.class);
        connection.setAutoCommit(false);
        statements = new Statements(connection);
      } catch (SQLException | RuntimeException e) {
        pool.evictConnection(leased);
        throw e;
      }
      lease = leased;
      commitsSync = null;
    }
  }

  /**
   * Checks whether the database can be written, and takes the lock again if it was lost with its
   * connection.
   *
   * @throws SQLException if it cannot be written
   */
  void probe() throws SQLException {
    open();
    try {
      if (!connection.isValid(PROBE_SECONDS)) {
        throw new SQLException("the connection is gone", "08006");
      }
      connection.rollback();
    } catch (SQLException e) {
      letGo();
      throw e;
    }
  }

  /**
   * Moves a part of the unsorted entries to their table while nothing else is to be written.
   *
   * @return whether more entries are unsorted
   * @throws SQLException if the database cannot be written now
   */
  boolean tidy() throws SQLException {
    if (unsorted == null || unsorted.isEmpty()) {
      return false;
    }
    try {
      Transaction transaction =
          new Transaction(statements, new Generations(new HashMap<>()), epochs, unsorted, false);
      unsorted.movePart(transaction);
      transaction.flush();
      connection.commit();
      committed();
    } catch (SQLException e) {
      rollBack();
      letGo();
      throw e;
    }
    return !unsorted.isEmpty();
  }

  private void commitAs(boolean sync) throws SQLException {
    if (commitsSync == null || sync != commitsSync) {
      dialect.commitsAre(connection, sync);
      commitsSync = sync;
    }
  }

  private void rollBack() {
    epochs.rolledBack();
    if (unsorted != null) {
      unsorted.rolledBack();
    }
    commitsSync = null;
    if (lease != null) {
      try {
        connection.rollback();
      } catch (SQLException e) {
        letGo();
      }
    }
  }

  private void letGo() {
    if (lease != null) {
      pool.evictConnection(lease);
      lease = null;
    }
  }

  void close() {
    letGo();
  }
}
