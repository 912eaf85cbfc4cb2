package io.mycelium.journal.jdbc;

import io.mycelium.journal.Journal;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.JournalMeters;
import io.mycelium.protocol.ErrorCode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes: takes all queued writes, runs them in one transaction, and only then
 * completes their futures. While the database cannot be written, it retries the same writes, so
 * that accepted work is neither lost nor done twice.
 */
final class Writer extends Thread {
  private static final Logger LOG = LoggerFactory.getLogger(Writer.class);
  private static final int MAX_WRITES = 4096;
  private static final long FIRST_PAUSE_MS = 20;
  private static final long MAX_PAUSE_MS = 1000;
  private static final Duration PROBE = Duration.ofSeconds(2);
  private static final long SLOW_NANOS = Duration.ofSeconds(2).toNanos();

  private final LinkedBlockingQueue<Write<?>> queue = new LinkedBlockingQueue<>();
  private final JournalConfig config;
  private final JournalMeters meters;
  private final Committer committer;
  private final AtomicLong queuedBytes = new AtomicLong();
  private final AtomicLong queuedEntries = new AtomicLong();

  /** Writes that wait until the deletion of their instance or of one of its rooms is done. */
  private final Map<String, ArrayDeque<Write<?>>> behindDeletion = new HashMap<>();

  private volatile boolean unavailable;
  private volatile long busySince;
  private volatile boolean closing;
  private volatile long closeBy;
  private volatile boolean ended;

  Writer(JournalConfig config, JournalMeters meters, Committer committer) {
    super("mycelium-journal");
    setDaemon(true);
    this.config = config;
    this.meters = meters;
    this.committer = committer;
    meters.queue(queuedEntries::get, queuedBytes::get);
  }

  /** Any thread; never blocks. */
  void add(Write<?> write) {
    if (closing) {
      write.failed(new IllegalStateException("the store is closed"));
      return;
    }
    queuedEntries.addAndGet(write.entries());
    queuedBytes.addAndGet(write.bytes());
    queue.add(write);
    if (ended) {
      failAll(drain(new ArrayList<>()));
    }
  }

  /** See {@link Journal#refusal}. */
  ErrorCode refusal() {
    if (unavailable) {
      return ErrorCode.JOURNAL_UNAVAILABLE;
    }
    if (queuedBytes.get() > config.maxQueuedBytes()) {
      return ErrorCode.OVERLOADED;
    }
    long since = busySince;
    boolean hangs = since != 0 && System.nanoTime() - since > SLOW_NANOS;
    return hangs ? ErrorCode.JOURNAL_UNAVAILABLE : null;
  }

  /** Writes the queued work, for at most this long; any thread except the writer's. */
  void close(Duration atMost) throws InterruptedException {
    closeBy = System.nanoTime() + atMost.toNanos();
    closing = true;
    queue.add(new Nothing());
    join(atMost.toMillis() * 2);
  }

  @Override
  public void run() {
    List<Write<?>> taken = new ArrayList<>();
    try {
      while (!closing || !isOver() && !(queue.isEmpty() && behindDeletion.isEmpty())) {
        taken.clear();
        gather(taken);
        List<Write<?>> ready = withoutThoseBehindDeletions(taken);
        if (!ready.isEmpty() && !write(ready)) {
          break;
        }
      }
    } catch (InterruptedException e) {
      LOG.warn("the journal's thread was interrupted");
    } catch (RuntimeException | Error e) {
      LOG.error("the journal's thread failed; this node cannot write any more", e);
      failAll(taken);
      unavailable = true;
    }
    closing = true;
    ended = true;
    behindDeletion.values().forEach(this::failAll);
    failAll(drain(new ArrayList<>()));
    committer.close();
  }

  /** Writes without a waiting caller may wait for more of their kind. */
  private void gather(List<Write<?>> taken) throws InterruptedException {
    Write<?> next = queue.poll(PROBE.toMillis(), TimeUnit.MILLISECONDS);
    if (next == null) {
      probe();
      return;
    }
    long until = System.nanoTime() + config.flushInterval().toNanos();
    int looked = 0;
    while (next != null) {
      taken.add(next);
      queue.drainTo(taken, MAX_WRITES - taken.size());
      for (; looked < taken.size(); looked++) {
        if (taken.get(looked).isUrgent()) {
          return;
        }
      }
      if (closing || taken.size() == MAX_WRITES) {
        return;
      }
      next = queue.poll(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    }
  }

  /** Detects a fault, and its end, while nothing is written. */
  private void probe() {
    busySince = System.nanoTime();
    try {
      committer.probe();
      while (queue.isEmpty() && committer.tidy()) {
        busySince = System.nanoTime();
      }
      becomeAvailable();
    } catch (SQLException e) {
      becomeUnavailable(e);
    } finally {
      busySince = 0;
    }
  }

  private List<Write<?>> withoutThoseBehindDeletions(List<Write<?>> taken) {
    if (behindDeletion.isEmpty()) {
      return List.copyOf(taken);
    }
    List<Write<?>> ready = new ArrayList<>(taken.size());
    for (Write<?> write : taken) {
      ArrayDeque<Write<?>> line = behindDeletion.get(write.instance());
      if (line == null || line.peek() == write) {
        ready.add(write);
      } else {
        line.add(write);
      }
    }
    return ready;
  }

  /** Returns false if the wait was given up because the store closes. */
  private boolean write(List<Write<?>> writes) throws InterruptedException {
    long pause = FIRST_PAUSE_MS;
    for (boolean again = false; ; again = true) {
      long began = System.nanoTime();
      busySince = began;
      try {
        committer.commit(writes, again);
        committed(writes, System.nanoTime() - began);
        return true;
      } catch (SQLException e) {
        becomeUnavailable(e);
        meters.retried();
      } finally {
        busySince = 0;
      }
      if (closing && isOver()) {
        failAll(writes);
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(pause);
      pause = Math.min(pause * 2, MAX_PAUSE_MS);
    }
  }

  private boolean isOver() {
    return System.nanoTime() - closeBy > 0;
  }

  private void becomeUnavailable(SQLException cause) {
    if (!unavailable) {
      unavailable = true;
      LOG.error(
          "the journal cannot be written: {}; trying again until it can", Committer.brief(cause));
    }
  }

  private void becomeAvailable() {
    if (unavailable) {
      unavailable = false;
      LOG.info("the journal is written again");
    }
  }

  private void committed(List<Write<?>> writes, long nanos) {
    becomeAvailable();
    int entries = 0;
    for (Write<?> write : writes) {
      if (write.isPostponed()) {
        behindDeletion.get(write.instance()).add(write);
      } else if (!write.isDone() && !write.promise().future().isComplete()) {
        goOn(write);
      } else {
        entries += write.promise().future().isComplete() ? 0 : write.entries();
        queuedEntries.addAndGet(-write.entries());
        queuedBytes.addAndGet(-write.bytes());
        write.committed();
        endDeletion(write);
      }
    }
    meters.committed(entries, nanos);
  }

  private void goOn(Write<?> write) {
    if (write.holdsUpItsInstance()) {
      behindDeletion.computeIfAbsent(
          write.instance(), instance -> new ArrayDeque<>(List.of(write)));
    }
    write.goOn();
    queue.add(write);
  }

  private void endDeletion(Write<?> write) {
    ArrayDeque<Write<?>> line = behindDeletion.get(write.instance());
    if (line != null && line.peek() == write) {
      behindDeletion.remove(write.instance());
      line.remove();
      queue.addAll(line);
    }
  }

  private List<Write<?>> drain(List<Write<?>> into) {
    queue.drainTo(into);
    return into;
  }

  private void failAll(Iterable<Write<?>> writes) {
    writes.forEach(write -> write.failed(new IllegalStateException("the store was closed")));
  }

  /** Wakes the thread. */
  private static final class Nothing extends Write<Void> {
    Nothing() {
      super("");
    }

    @Override
    Void apply(Transaction transaction) {
      return null;
    }
  }
}
