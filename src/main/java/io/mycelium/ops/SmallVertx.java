package io.mycelium.ops;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.util.function.Function;

/**
 * A Vert.x with a thread for each purpose, for work before or beside the node's own. It copies no
 * resource into a folder among the temporary files, which a SIGKILL would leave there.
 */
public final class SmallVertx {
  private SmallVertx() {}

  /**
   * Blocks until the work is done and its Vert.x is closed.
   *
   * @param work on the caller's thread; may block
   */
  public static <T> T during(Function<Vertx, T> work) {
    Vertx vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(new FileSystemOptions().setClassPathResolvingEnabled(false)));
    try {
      return work.apply(vertx);
    } finally {
      vertx.close().await();
    }
  }
}
