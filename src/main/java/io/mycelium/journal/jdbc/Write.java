package io.mycelium.journal.jdbc;

import io.mycelium.journal.Fenced;
import io.vertx.core.Promise;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something to be written, as the writer's thread takes it from the queue. May be carried out more
 * than once, until a commit is known to have worked.
 *
 * @param <T> what its future gives
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

  /** Entries that it adds. */
  int entries() {
    return 0;
  }

  /** Bytes of their payloads. */
  long bytes() {
    return 0;
  }

  /** Whether somebody waits for it, so that it is not to be gathered with others for a while. */
  boolean isUrgent() {
    return true;
  }

  /**
   * Carries it out in the open transaction.
   *
   * @throws Fenced if it is not to be written; it alone fails
   */
  final void run(Transaction transaction) throws SQLException, Fenced {
    result = apply(transaction);
  }

  abstract T apply(Transaction transaction) throws SQLException, Fenced;

  /** It is to be tried again behind another; see {@link #isPostponed}. */
  final void postpone(boolean on) {
    postponed = on;
  }

  /** Whether it waits for a deletion of its instance that needs more than one transaction. */
  final boolean isPostponed() {
    return postponed;
  }

  /** Whether the last {@link #apply} did all that there was to do; if not, it goes on later. */
  boolean isDone() {
    return true;
  }

  /** Whether what comes for the same instance waits until it is done. */
  boolean holdsUpItsInstance() {
    return false;
  }

  /** Whether it has failed, or the last {@link #apply} is committed. */
  final boolean isSettled() {
    return written || promise.future().isComplete();
  }

  /** A transaction in which it was carried out is committed. */
  final void written() {
    written = true;
  }

  /** It goes on in another transaction. */
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
   * Who waits may be gone already, with the threads that were to hear of it: what others wait for
   * is written nevertheless.
   */
  private void tell(Runnable outcome) {
    try {
      outcome.run();
    } catch (RuntimeException e) {
      LOG.debug("nobody hears of a write of instance {}", instance, e);
    }
  }
}
