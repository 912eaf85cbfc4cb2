package io.mycelium.web.rest;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** Answers of a cluster of one node to requests about nodes. */
final class StubNodes {
  static final String ID = "5f0c2a4e-9f9e-4c55-8f0b-3a5cfe0a1d77";

  private StubNodes() {}

  static JsonObject all() {
    JsonObject event =
        moved("chat").put("at", 1_796_000_000_000L).put("kind", "moved").put("node", ID);
    event.put("instance", event.remove("id"));
    return new JsonObject()
        .put("items", new JsonArray().add(node(false)))
        .put("events", new JsonArray().add(event))
        .put("lease_ms", 2000);
  }

  static JsonObject node(boolean draining) {
    return new JsonObject()
        .put("id", ID)
        .put("name", "node-1")
        .put("host", "10.0.0.1")
        .put("port", 4002)
        .put("self", true)
        .put("started_at", 1_795_000_000_000L)
        .put("silent_ms", 120)
        .put("draining", draining)
        .put("load", new JsonObject().put("instances", 3).put("connections", 7).put("cpu", 0.25));
  }

  static JsonObject moved(String instance) {
    return new JsonObject().put("id", instance).put("from", "before").put("to", ID).put("ms", 12.5);
  }
}
