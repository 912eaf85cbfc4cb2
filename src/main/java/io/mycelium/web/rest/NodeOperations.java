package io.mycelium.web.rest;

import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;

/** The operations on nodes, and moves between them, named as in the contract. */
final class NodeOperations {
  private static final String NODE = "node";

  private final InstanceDirectory directory;

  NodeOperations(InstanceDirectory directory) {
    this.directory = directory;
  }

  Future<Answer> listNodes(ApiRequest request) {
    return directory.nodes().map(Answer::ok);
  }

  Future<Answer> drainNode(ApiRequest request) {
    return directory.drainNode(request.text(NODE), true).map(Answer::ok);
  }

  Future<Answer> resumeNode(ApiRequest request) {
    return directory.drainNode(request.text(NODE), false).map(Answer::ok);
  }

  Future<Answer> moveInstance(ApiRequest request) {
    return directory
        .move(request.text("id"), request.body().getString(NODE))
        .map(Answer::ok)
        .recover(cause -> Future.failedFuture(asConflict(cause)));
  }

  /** Nothing is wrong with a move that the nodes, as they are now, do not allow. */
  private static Throwable asConflict(Throwable cause) {
    return cause instanceof Refusal refusal && refusal.code() == ErrorCode.REJECTED
        ? new Conflict(refusal)
        : cause;
  }
}
