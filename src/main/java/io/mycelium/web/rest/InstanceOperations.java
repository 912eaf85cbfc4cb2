package io.mycelium.web.rest;

import io.mycelium.access.Action;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.access.Tenant;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.InstanceQuota;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/** The operations on instances, named as in the contract. */
final class InstanceOperations {
  private final InstanceDirectory directory;
  private final String basePath;

  InstanceOperations(InstanceDirectory directory, String basePath) {
    this.directory = directory;
    this.basePath = basePath;
  }

  Future<Answer> createInstance(ApiRequest request) {
    JsonObject spec = request.body();
    String prefix = request.identity().prefix();
    if (!spec.containsKey("id") && !prefix.isEmpty()) {
      spec = spec.copy().put("id", prefix + UUID.randomUUID());
    }
    return directory.create(spec, quota(request.identity())).map(this::created);
  }

  /** What its tenant may have; null for the node's own. */
  static InstanceQuota quota(Identity identity) {
    Tenant tenant = identity.tenant();
    return tenant == null
        ? null
        : new InstanceQuota(
            tenant.name(), tenant.prefix(), tenant.maxInstances(), tenant.createsPerSecond());
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
    Set<String> unanswered = new TreeSet<>();
    return visible(filter, request.identity(), new JsonArray(), unanswered)
        .map(
            page ->
                unanswered.isEmpty()
                    ? page
                    : page.put("unanswered", new JsonArray(List.copyOf(unanswered))))
        .map(Answer::ok);
  }

  /**
   * Pages of the directory until there are as many as asked for that the identity may see. Only
   * what follows its tenant's last instance is not looked through.
   *
   * @param unanswered collects the nodes that one of the pages misses
   */
  private Future<JsonObject> visible(
      JsonObject filter, Identity identity, JsonArray seen, Set<String> unanswered) {
    return directory
        .list(filter)
        .compose(
            page -> {
              page.getJsonArray("unanswered", new JsonArray()).stream()
                  .map(String.class::cast)
                  .forEach(unanswered::add);
              return visible(filter, identity, seen, unanswered, page);
            });
  }

  private Future<JsonObject> visible(
      JsonObject filter,
      Identity identity,
      JsonArray seen,
      Set<String> unanswered,
      JsonObject page) {
    int limit = filter.getInteger("limit");
    String prefix = identity.prefix();
    for (Object item : page.getJsonArray("items")) {
      String id = ((JsonObject) item).getString("id");
      if (seen.size() == limit) {
        String last = ((JsonObject) seen.getValue(limit - 1)).getString("id");
        return Future.succeededFuture(new JsonObject().put("items", seen).put("next", last));
      }
      if (Permissions.allows(identity, Action.GET_INSTANCE, id, null)) {
        seen.add(item);
      } else if (id.compareTo(prefix) > 0 && !id.startsWith(prefix)) {
        return Future.succeededFuture(new JsonObject().put("items", seen));
      }
    }
    String next = page.getString("next");
    if (next == null || seen.size() == limit) {
      JsonObject answer = new JsonObject().put("items", seen);
      return Future.succeededFuture(next == null ? answer : answer.put("next", next));
    }
    return visible(filter.copy().put("after", next), identity, seen, unanswered);
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
