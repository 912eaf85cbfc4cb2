package io.mycelium.journal.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.mycelium.journal.Fenced;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs reads, a few at a time, on its own threads and connections. */
final class Reader {
  private static final Logger LOG = LoggerFactory.getLogger(Reader.class);

  /** One read; on a reader's thread. */
  @FunctionalInterface
  interface Query<T> {
    T run(Connection connection) throws SQLException, Fenced;
  }

  private final HikariDataSource pool;
  private final ExecutorService threads;

  Reader(HikariDataSource pool, String name, int size) {
    this.pool = pool;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            size,
            task -> {
              Thread thread = new Thread(task, "mycelium-" + name + "-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Fails with a {@link Refusal} ({@code journal_unavailable}) if the database cannot be read now.
   */
  <T> Future<T> read(Query<T> query) {
    Promise<T> promise = Promise.promise();
    try {
      threads.execute(() -> run(query, promise));
    } catch (RejectedExecutionException e) {
      promise.fail(new IllegalStateException("the store is closed", e));
    }
    return promise.future();
  }

  static Refusal unavailable() {
    return new Refusal(ErrorCode.JOURNAL_UNAVAILABLE, "the journal cannot be read just now");
  }

  private <T> void run(Query<T> query, Promise<T> promise) {
    T found;
    try {
      found = run(query);
    } catch (SQLException e) {
      LOG.debug("a read failed", e);
      promise.fail(unavailable());
      return;
    } catch (Fenced | RuntimeException | Error e) {
      promise.fail(e);
      return;
    }
    promise.complete(found);
  }

  /**
   * The pool hands out a recently used connection without checking that it is alive. It drops a
   * dead connection after its failure, so a second try gets another one.
   */
  private <T> T run(Query<T> query) throws SQLException, Fenced {
    for (int dead = 0; ; dead++) {
      try (Connection connection = pool.getConnection()) {
        try {
          return query.run(connection);
        } catch (SQLException e) {
          if (dead == pool.getMaximumPoolSize() || !hasLostItsConnection(e)) {
            throw e;
          }
        }
      }
    }
  }

  /** Classes of SQL states: connection, operator's intervention. */
  private static boolean hasLostItsConnection(SQLException e) {
    String state = e.getSQLState();
    return state != null && (state.startsWith("08") || state.startsWith("57P"));
  }

  void close() {
    threads.shutdown();
  }

  /** Waits for what runs, for at most this long. */
  void close(Duration atMost) throws InterruptedException {
    close();
    threads.awaitTermination(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }
}
