package io.mycelium.deployer;

import io.mycelium.bus.InstanceQuota;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/** The running imports of this node. On the deployer's context. */
final class RunningImports {
  private final Registry registry;
  private final Map<String, Running> running = new HashMap<>();

  private record Running(String id, Future<Import> work) {}

  RunningImports(Registry registry) {
    this.registry = registry;
  }

  /**
   * The next lines; the first lines start an import.
   *
   * @param upload that tells apart two senders of the same id
   * @param quota of the sender; null for none
   * @return completes once the lines are in the store, after which the next lines may be sent
   */
  Future<Void> add(String upload, String id, String lines, InstanceQuota quota) {
    Running each =
        running.computeIfAbsent(upload, begun -> new Running(id, registry.beginImport(id, quota)));
    each.work.onFailure(refused -> running.remove(upload, each));
    return each.work.compose(work -> work.add(lines));
  }

  /** The last lines have arrived. */
  Future<Void> finish(String upload, String id) {
    Running each = running.get(upload);
    if (each == null) {
      return Future.failedFuture(
          new Refusal(ErrorCode.INVALID_PAYLOAD, "line 1: it is absent, expected an export"));
    }
    return each.work
        .compose(Import::finish)
        .onSuccess(
            finished -> {
              running.remove(upload);
              registry.imported(id);
            });
  }

  /** Removes the import; completes once its id is free again. */
  Future<Void> abandon(String upload) {
    Running each = running.remove(upload);
    if (each == null) {
      return Future.succeededFuture();
    }
    return each.work.transform(
        begun ->
            begun.failed()
                ? Future.succeededFuture()
                : begun.result().abandon().onComplete(done -> registry.notImported(each.id)));
  }
}
