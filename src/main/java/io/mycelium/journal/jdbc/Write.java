package io.mycelium.journal.jdbc;

import io.mycelium.journal.Fenced;
import io.mycelium.journal.jdbc.KnownRooms.Place;
import io.vertx.core.Promise;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One change, which the writer's thread takes from the queue. It may be applied more than once,
 * until a commit is known to have succeeded.
 *
 * @param <T> result of the future
 */
abstract class Write<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Write.class);

  private final Promise<T> promise = Promise.promise();
  private final String instance;
  private T result;
  private boolean postponed;
  private boolean written;

  Write(String instance) {
    this.instance = instance;
  }

  final String instance() {
    return instance;
  }

  final Promise<T> promise() {
    return promise;
  }

  /** The rooms whose epochs it depends on, so that they are read together with others'. */
  Collection<Place> places() {
    return List.of();
  }

  /** Number of entries that the write adds. */
  int entries() {
    return 0;
  }

  /** Bytes of their payloads. */
  long bytes() {
    return 0;
  }

  /**
   * Whether a caller waits for the result, so that the write must not be delayed to gather more.
   */
  boolean isUrgent() {
    return true;
  }

  /**
   * Applies the write in the open transaction.
   *
   * @throws Fenced if the write is fenced off; it fails alone
   */
  final void run(Transaction transaction) throws SQLException, Fenced {
    result = apply(transaction);
  }

  abstract T apply(Transaction transaction) throws SQLException, Fenced;

  /** The write is retried after another one; see {@link #isPostponed}. */
  final void postpone(boolean on) {
    postponed = on;
  }

  /**
   * Whether the write waits for a deletion of its instance that needs more than one transaction.
   */
  final boolean isPostponed() {
    return postponed;
  }

  /** Whether the last {@link #apply} finished the work; if not, the write continues later. */
  boolean isDone() {
    return true;
  }

  /** Whether later writes for the same instance wait until this one is done. */
  boolean holdsUpItsInstance() {
    return false;
  }

  /** Whether the write has failed, or its last {@link #apply} is committed. */
  final boolean isSettled() {
    return written || promise.future().isComplete();
  }

  /** A transaction in which the write was applied is committed. */
  final void written() {
    written = true;
  }

  /** The write continues in another transaction. */
  final void goOn() {
    written = false;
  }

  final void committed() {
    tell(() -> promise.tryComplete(result));
  }

  final void failed(Throwable cause) {
    tell(() -> promise.tryFail(cause));
  }

  /**
   * The waiting caller may be gone, with its threads: a failure to notify it must not stop the
   * other writes.
   */
  private void tell(Runnable outcome) {
    try {
      outcome.run();
    } catch (RuntimeException e) {
      LOG.debug("nobody hears of a write of instance {}", instance, e);
    }
  }
}
