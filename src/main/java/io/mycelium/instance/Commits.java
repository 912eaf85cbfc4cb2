package io.mycelium.instance;

import io.mycelium.bus.DeliveryBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.Claim;
import io.mycelium.journal.Journal;
import io.mycelium.room.Turn;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * The way of one generation's turns into the journal and then onto the bus. On the instance's
 * context, save for {@link #fence}.
 */
final class Commits {
  private static final Future<Void> NOTHING_KNOWN = Future.failedFuture("no fence yet");

  private final InstanceServices services;
  private final String instance;
  private final long generation;
  private final BiConsumer<Turn, Throwable> notWritten;
  private final AtomicLong published = new AtomicLong();
  private Future<Void> written = Future.succeededFuture();

  /** The outcome of the last write or fence. */
  private Future<Void> last;

  private volatile boolean fenced;

  /**
   * @param notWritten is told of each turn of which nobody knows whether it was written
   */
  Commits(
      InstanceServices services,
      String instance,
      long generation,
      BiConsumer<Turn, Throwable> notWritten) {
    this.services = services;
    this.instance = instance;
    this.generation = generation;
    this.notWritten = notWritten;
    // In a cluster the claim has fenced off all that other nodes would write.
    boolean first = services.store().isShared() ? Claim.isFirst(generation) : generation == 1;
    this.last = first ? Future.succeededFuture() : NOTHING_KNOWN;
  }

  /** The outcome of all turns until now. */
  Future<Void> written() {
    return written;
  }

  /**
   * Completes once reads see all that this generation and the ones before it have written, those of
   * {@code async} rooms at once too; nothing of earlier ones is written from then on. The journal
   * writes in order, so that a fence at its end tells of all; none is needed after the last one
   * until something is written. Completes on any thread.
   */
  Future<Void> flush() {
    if (!last.succeeded()) {
      last = services.store().journal().fence(instance, generation);
    }
    return last;
  }

  /** The same for who only reads: does not wait for a journal that cannot be written now. */
  Future<Void> flushForRead() {
    return services.store().journal().refusal() == null ? flush() : Future.succeededFuture();
  }

  /** Nothing is written or published from now on. Any thread. */
  void fence() {
    fenced = true;
  }

  boolean isFenced() {
    return fenced;
  }

  IllegalStateException replaced() {
    return new IllegalStateException("generation " + generation + " was replaced");
  }

  /**
   * Batches are published in the order of their commits, each once its entries are written:
   * publishing is part of the chain, so that a later batch cannot overtake on another thread.
   */
  void commit(Turn turn) {
    Future<Void> writing = write(turn);
    if (!writing.succeeded()) {
      last = writing;
    }
    Future<Void> before = turn.isSync() ? writing : Future.succeededFuture();
    Future<Void> ready = written.succeeded() ? before : written.compose(ignored -> before);
    if (ready.succeeded()) {
      publish(turn.items());
    } else {
      written = ready.map(ignored -> publish(turn.items()));
      written.onFailure(cause -> notWritten.accept(turn, cause));
    }
    if (!turn.isSync() && !writing.succeeded()) {
      writing.onFailure(cause -> notWritten.accept(turn, cause));
    }
  }

  /**
   * Entries go to the journal at once. The journal writes them in this order, many turns in one
   * transaction.
   */
  private Future<Void> write(Turn turn) {
    if (fenced) {
      return Future.failedFuture(replaced());
    }
    Journal journal = services.store().journal();
    Future<Void> done = Future.succeededFuture();
    if (!turn.appends().isEmpty()) {
      services.meters().entriesAppended(turn.appends().size());
      done = journal.append(instance, generation, turn.appends());
    }
    String room = turn.removedRoom();
    return room == null ? done : done.compose(ignored -> journal.deleteRoom(instance, room));
  }

  Void publish(List<Outbound> items) {
    if (!fenced) {
      services
          .publisher()
          .publish(new DeliveryBatch(instance, generation, published.incrementAndGet(), items));
    }
    return null;
  }
}
