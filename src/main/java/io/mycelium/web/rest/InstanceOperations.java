package io.mycelium.web.rest;

import io.mycelium.bus.InstanceDirectory;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** The operations on instances, named as in the contract. */
final class InstanceOperations {
  private final InstanceDirectory directory;
  private final String basePath;

  InstanceOperations(InstanceDirectory directory, String basePath) {
    this.directory = directory;
    this.basePath = basePath;
  }

  Future<Answer> createInstance(ApiRequest request) {
    return directory.create(request.body()).map(this::created);
  }

  Future<Answer> listInstances(ApiRequest request) {
    JsonObject filter = new JsonObject().put("limit", request.number("limit"));
    for (String name : new String[] {"after", "type", "status", "name"}) {
      if (request.text(name) != null) {
        filter.put(name, request.text(name));
      }
    }
    if (request.has("id")) {
      filter.put("ids", new JsonArray(request.texts("id")));
    }
    return directory.list(filter).map(Answer::ok);
  }

  Future<Answer> getInstance(ApiRequest request) {
    return directory.get(request.text("id")).map(Answer::ok);
  }

  Future<Answer> deleteInstance(ApiRequest request) {
    return directory.delete(request.text("id")).map(Answer.NO_CONTENT);
  }

  Future<Answer> restartInstance(ApiRequest request) {
    return directory.restart(request.text("id")).map(Answer::ok);
  }

  Future<Answer> getStats(ApiRequest request) {
    return directory.stats(request.text("id")).map(Answer::ok);
  }

  Future<Answer> listRestarts(ApiRequest request) {
    return directory.restarts(request.text("id")).map(Answer::ok);
  }

  Future<Answer> listTypes(ApiRequest request) {
    return directory.types().map(Answer::ok);
  }

  private Answer created(JsonObject instance) {
    return Answer.created(basePath + "/instances/" + instance.getString("id"), instance);
  }
}
