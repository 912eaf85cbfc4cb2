package io.mycelium.instance.thread;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.WorkerExecutorInternal;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one pool in which all worker instances of a node run. Those that are busy have one thread
 * less than half of it; by default the pool has two a core, so that this is one less than the
 * cores. A stuck instance keeps its thread. Once the deployer's scan, a restart or a delete gives
 * the instance up, the pool gets a replacement thread, so that stuck instances do not use up the
 * threads of the others. Java cannot end a thread, hence the bound. For the deployer's context.
 */
public final class WorkerThreads {
  public static final String POOL = "mycelium-instances";
  private static final int MAX_REPLACED = 1000;
  private static final Logger LOG = LoggerFactory.getLogger(WorkerThreads.class);

  private final int size;
  private final WorkerExecutor executor;
  private final BusyLane lane;
  private int lost;

  public WorkerThreads(Vertx vertx, int size) {
    this.size = size;
    this.executor = vertx.createSharedWorkerExecutor(POOL, size);
    this.lane = new BusyLane(pool(), Math.max(1, size / 2 - 1));
  }

  public int size() {
    return size;
  }

  /** Whether instances wait for a thread. Any thread; costs next to nothing. */
  public boolean areWanted() {
    return lane.isWanted()
        || pool() instanceof ThreadPoolExecutor fixed && !fixed.getQueue().isEmpty();
  }

  /** For instances that have much to do. */
  public BusyLane lane() {
    return lane;
  }

  private ExecutorService pool() {
    return ((WorkerExecutorInternal) executor).pool().executor();
  }

  /** A thread is stuck for now. */
  public void lose() {
    lost++;
    if (lost > MAX_REPLACED) {
      LOG.error(
          "{} threads of {} are stuck in instances that were given up; no more are replaced",
          lost,
          POOL);
    }
    resize();
  }

  /** A stuck thread came back. */
  public void regain() {
    lost--;
    resize();
  }

  /** Vert.x creates its pools with a fixed number of threads. */
  private void resize() {
    int threads = size + Math.min(lost, MAX_REPLACED);
    if (pool() instanceof ThreadPoolExecutor fixed) {
      if (threads > fixed.getMaximumPoolSize()) {
        fixed.setMaximumPoolSize(threads);
        fixed.setCorePoolSize(threads);
      } else {
        fixed.setCorePoolSize(threads);
        fixed.setMaximumPoolSize(threads);
      }
    }
  }

  /**
   * Lets only so many busy instances run at once and the others wait, in turn: so however many are
   * busy, the pool has threads for those that are not, and the machine has a core. Any thread; only
   * busy instances come here.
   */
  public static final class BusyLane {
    private final Executor pool;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int free;

    /**
     * @param pool whose queue is fair
     * @param most that run at once
     */
    BusyLane(Executor pool, int most) {
      this.pool = pool;
      this.free = most;
    }

    /** Whether the caller may run now; it must {@link #leave} then. */
    public synchronized boolean enter() {
      if (free == 0 || !waiting.isEmpty()) {
        return false;
      }
      free--;
      return true;
    }

    /** The caller may run, as by {@link #enter}, once this is called on a thread of the pool. */
    public void await(Runnable turn) {
      synchronized (this) {
        if (free == 0) {
          waiting.add(turn);
          return;
        }
        free--;
      }
      start(turn);
    }

    /** The caller has run for now. */
    public void leave() {
      Runnable next;
      synchronized (this) {
        next = waiting.poll();
        if (next == null) {
          free++;
        }
      }
      if (next != null) {
        start(next);
      }
    }

    private void start(Runnable turn) {
      try {
        pool.execute(turn);
      } catch (RejectedExecutionException e) {
        // The node stops.
      }
    }

    synchronized boolean isWanted() {
      return !waiting.isEmpty();
    }
  }
}
