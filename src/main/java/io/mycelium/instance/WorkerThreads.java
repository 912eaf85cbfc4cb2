package io.mycelium.instance;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.WorkerExecutorInternal;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one pool in which all worker instances of a node run. A stuck instance keeps its thread. Once
 * the deployer's scan, a restart or a delete gives the instance up, the pool gets a replacement
 * thread, so that stuck instances do not use up the threads of the others. Java cannot end a
 * thread, hence the bound. For the deployer's context.
 */
public final class WorkerThreads {
  public static final String POOL = "mycelium-instances";
  private static final int MAX_REPLACED = 1000;
  private static final Logger LOG = LoggerFactory.getLogger(WorkerThreads.class);

  private final int size;
  private final WorkerExecutor executor;
  private int lost;
  private int lent;

  public WorkerThreads(Vertx vertx, int size) {
    this.size = size;
    this.executor = vertx.createSharedWorkerExecutor(POOL, size);
  }

  public int size() {
    return size;
  }

  /** Whether instances wait for a thread. Any thread; costs next to nothing. */
  boolean areWanted() {
    return pool() instanceof ThreadPoolExecutor fixed && !fixed.getQueue().isEmpty();
  }

  /** Runs it once those who wait for a thread have had one. Any thread. */
  void afterOthers(Runnable task) {
    pool().execute(task);
  }

  private ExecutorService pool() {
    return ((WorkerExecutorInternal) executor).pool().executor();
  }

  /** An instance is over its time budget: it shall not take a thread of the others. */
  public void lend() {
    lent++;
    resize();
  }

  /** It is no more. */
  public void takeBack() {
    lent--;
    resize();
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
    int threads = size + Math.min(lost + lent, MAX_REPLACED);
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
}
