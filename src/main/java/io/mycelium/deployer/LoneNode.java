package io.mycelium.deployer;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/**
 * What a node that is in no cluster answers to requests about nodes. In a cluster {@code
 * cluster.DirectoryRouter} answers them.
 */
final class LoneNode {
  private LoneNode() {}

  static JsonObject nodes() {
    return new JsonObject().put("items", new JsonArray()).put("events", new JsonArray());
  }

  static Refusal unknownNode(String id) {
    return Refusal.of(
        ErrorCode.UNKNOWN_NODE, "node", id, "the id of a node of a cluster; this node is alone");
  }

  static Refusal nowhereToMove(String instance) {
    return new Refusal(
        ErrorCode.REJECTED,
        "instance " + instance + " has no other node to move to: this node is alone");
  }
}
