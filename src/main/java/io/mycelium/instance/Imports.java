package io.mycelium.instance;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/** The imports that are under way on this node, by the id of what they make. */
final class Imports {
  private final Node node;
  private final Registry registry;
  private final Map<String, Import> running = new HashMap<>();

  Imports(Node node, Registry registry) {
    this.node = node;
    this.registry = registry;
  }

  /**
   * The next lines; the first ones begin an import.
   *
   * @return completes once they are in the store, which is when the next ones may come
   */
  Future<Void> add(String id, String lines) {
    Import known = running.get(id);
    Import each = known == null ? registry.beginImport(id) : known;
    running.put(id, each);
    return attempt(() -> each.add(lines));
  }

  private static Future<Void> attempt(java.util.function.Supplier<Future<Void>> work) {
    try {
      return work.get();
    } catch (Refusal refusal) {
      return Future.failedFuture(refusal);
    }
  }

  Future<Void> finish(String id) {
    Import each = running.get(id);
    if (each == null) {
      return Future.failedFuture(new Refusal(ErrorCode.INVALID_PAYLOAD, "there is no line in it"));
    }
    return attempt(each::finish).onSuccess(ignored -> running.remove(id));
  }

  /** Nothing of it stays, but what was there before. */
  Future<Void> abandon(String id) {
    Import each = running.remove(id);
    if (each == null) {
      return Future.succeededFuture();
    }
    registry.importEnded(id);
    return each.isRegistered() ? each.abandon() : Future.succeededFuture();
  }
}
