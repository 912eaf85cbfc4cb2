package io.mycelium.ops;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The shutdown of the process: first the node becomes not ready, then the steps run in the order in
 * which they were added, each once, all within one timeout. A failed step is logged, and the next
 * step runs anyway.
 *
 * <p>Runs on the thread that calls {@link #run}, which must not be one of Vert.x's.
 */
public final class NodeDrain {
  private static final Logger log = LoggerFactory.getLogger(NodeDrain.class);

  private record Step(String name, Supplier<Future<Void>> work) {}

  private final Health health;
  private final Duration timeout;
  private final List<Step> steps = new ArrayList<>();
  private boolean done;
  private boolean inTime;

  public NodeDrain(Health health, Duration timeout) {
    this.health = health;
    this.timeout = timeout;
  }

  /** Adds the last step. The supplier is called once, on the draining thread. */
  public synchronized NodeDrain step(String name, Supplier<Future<Void>> work) {
    steps.add(new Step(name, work));
    return this;
  }

  /**
   * Drains, blocking the caller until the drain ends; a second call waits for the first and returns
   * the same result.
   *
   * @return whether every step ended within the time-out
   */
  public synchronized boolean run() {
    if (!done) {
      done = true;
      inTime = drain(System.nanoTime() + timeout.toNanos());
    }
    return inTime;
  }

  /**
   * Drains on SIGTERM and SIGINT, then ends the process with status 0, or 1 if the time-out was
   * exceeded. Drains likewise if code calls {@code System.exit}, but with status 1 whatever it
   * asked for: nobody who may end a node does it so, and its supervisor is to start a new one.
   *
   * <p>By default the JVM would exit with 143, and {@code System.exit} in a hook waits for all
   * hooks, thus for itself. So the hook halts, which skips other hooks: the last step must close
   * Vert.x, which owns the only others.
   */
  public void onShutdown() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::drainAndHalt, "drain"));
  }

  private void drainAndHalt() {
    int status = 1;
    try {
      String caller = ExitCall.find();
      if (caller != null) {
        log.error("System.exit was called, so the node ends: {}", caller);
      }
      status = run() && caller == null ? 0 : 1;
    } finally {
      Logging.close();
      Runtime.getRuntime().halt(status);
    }
  }

  private boolean drain(long deadline) {
    log.info("draining timeout={}ms", timeout.toMillis());
    health.drain();
    for (Step step : steps) {
      if (!run(step, deadline)) {
        return false;
      }
    }
    log.info("drained");
    return true;
  }

  private boolean run(Step step, long deadline) {
    long start = System.nanoTime();
    try {
      step.work()
          .get()
          .toCompletionStage()
          .toCompletableFuture()
          .get(Math.max(0, deadline - start), TimeUnit.NANOSECONDS);
      log.info("drain step=\"{}\" took={}ms", step.name(), millisSince(start));
    } catch (TimeoutException e) {
      log.error(
          "drain step=\"{}\" exceeded ops.drain_timeout={}ms", step.name(), timeout.toMillis());
      return false;
    } catch (ExecutionException e) {
      log.warn("drain step=\"{}\" failed", step.name(), e.getCause());
    } catch (RuntimeException e) {
      log.warn("drain step=\"{}\" failed", step.name(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return true;
  }

  private static long millisSince(long start) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }
}
