package io.mycelium.instance;

import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.WorkerExecutorInternal;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one pool in which all worker instances of a node run. An instance that is stuck keeps its
 * thread; once it is given up, by the deployer's scan, a restart or a delete, the pool gets another
 * in its place, so that stuck instances do not use up the threads of the others. Java cannot end a
 * thread, hence the bound. For the deployer's context.
 */
public final class WorkerThreads {
  public static final String POOL = "mycelium-instances";
  private static final int MAX_REPLACED = 1000;
  private static final Logger LOG = LoggerFactory.getLogger(WorkerThreads.class);

  private final int size;
  private final WorkerExecutor executor;
  private int lost;

  public WorkerThreads(Vertx vertx, int size) {
    this.size = size;
    this.executor = vertx.createSharedWorkerExecutor(POOL, size);
  }

  public int size() {
    return size;
  }

  /** A thread does not come back for now. */
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

  /** It did come back. */
  public void regain() {
    lost--;
    resize();
  }

  /** Vert.x makes its pools with a fixed number of threads. */
  private void resize() {
    ExecutorService pool = ((WorkerExecutorInternal) executor).pool().executor();
    int threads = size + Math.min(lost, MAX_REPLACED);
    if (pool instanceof ThreadPoolExecutor fixed) {
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
