package io.mycelium.deployer;

import io.mycelium.instance.InstanceServices;
import io.mycelium.journal.InstanceStore;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/**
 * Instances as the API shows them, without waking any: sleeping instances as the store has them,
 * instances in memory as they are. On the deployer's context.
 */
final class InstanceList {
  private static final int MAX_PAGE = 1000;
  private static final String IDLE = InstanceStatus.IDLE.json();
  private static final String FAILED = InstanceStatus.FAILED.json();

  private final InstanceServices services;
  private final Registry registry;

  InstanceList(InstanceServices services, Registry registry) {
    this.services = services;
    this.registry = registry;
  }

  /** Fails with {@code unknown_instance}. */
  Future<JsonObject> get(String id) {
    SupervisedInstance live = registry.live().get(id);
    if (live != null) {
      return live.status() == InstanceStatus.STOPPING
          ? Future.failedFuture(Registry.unknown(id))
          : Future.succeededFuture(InstanceJson.of(live));
    }
    return row(id).map(InstanceJson::of);
  }

  /** Likewise. */
  Future<JsonObject> stats(String id) {
    SupervisedInstance live = registry.live().get(id);
    if (live != null) {
      return Future.succeededFuture(InstanceJson.stats(live));
    }
    return row(id).map(InstanceJson::stats);
  }

  /** Restarts in this process; fails like the above. */
  Future<JsonObject> restarts(String id) {
    SupervisedInstance live = registry.live().get(id);
    return live == null
        ? row(id).map(row -> RestartLog.EMPTY.toJson())
        : Future.succeededFuture(live.crashes().log().toJson());
  }

  private Future<InstanceStore.Registered> row(String id) {
    return services
        .store()
        .instances()
        .find(id)
        .compose(
            row ->
                row == null || registry.isImporting(id)
                    ? Future.failedFuture(Registry.unknown(id))
                    : Future.succeededFuture(row));
  }

  /** See {@link io.mycelium.bus.InstanceDirectory#list}. */
  Future<JsonObject> page(JsonObject filter) {
    int limit = Math.min(filter.getInteger("limit", 100), MAX_PAGE);
    String after = filter.getString("after", "");
    String status = filter.getString("status");
    Page page = new Page(limit);
    JsonArray ids = filter.getJsonArray("ids");
    if (filter.getBoolean("live", false)) {
      return Future.succeededFuture(live(page, filter, after));
    }
    if (ids != null) {
      return chosen(page, filter, after, ids);
    }
    if (status == null || status.equals(IDLE) || status.equals(FAILED)) {
      return stored(page, filter, status, after);
    }
    return Future.succeededFuture(live(page, filter, after));
  }

  private JsonObject live(Page page, JsonObject filter, String after) {
    JsonArray ids = filter.getJsonArray("ids");
    for (SupervisedInstance each : registry.live().tailMap(after, false).values()) {
      boolean wanted = ids == null || ids.contains(each.spec().id());
      if (wanted && matches(each, filter) && !page.add(InstanceJson.of(each))) {
        break;
      }
    }
    return page.toJson();
  }

  /** The existing ones of these ids. */
  private Future<JsonObject> chosen(Page page, JsonObject filter, String after, JsonArray ids) {
    List<Future<JsonObject>> found =
        ids.stream()
            .map(String.class::cast)
            .filter(id -> id.compareTo(after) > 0)
            .distinct()
            .sorted()
            .map(id -> get(id).recover(InstanceList::nothing))
            .toList();
    return Future.all(found)
        .map(
            all -> {
              all.<JsonObject>list().stream()
                  .filter(shown -> shown != null && matches(shown, filter))
                  .allMatch(page::add);
              return page.toJson();
            });
  }

  private static Future<JsonObject> nothing(Throwable cause) {
    return cause instanceof Refusal refusal && refusal.code() == ErrorCode.UNKNOWN_INSTANCE
        ? Future.succeededFuture()
        : Future.failedFuture(cause);
  }

  private Future<JsonObject> stored(Page page, JsonObject filter, String status, String after) {
    Boolean failed = status == null ? null : status.equals(FAILED);
    InstanceStore.Filter stored =
        new InstanceStore.Filter(filter.getString("type"), filter.getString("name"), failed);
    return services
        .store()
        .instances()
        .list(after, page.limit + 1, stored)
        .compose(rows -> add(page, filter, status, rows));
  }

  /** A row's instance may have changed its state since, so a page may take several reads. */
  private Future<JsonObject> add(
      Page page, JsonObject filter, String status, List<InstanceStore.Registered> rows) {
    String last = null;
    for (InstanceStore.Registered row : rows) {
      SupervisedInstance live = registry.live().get(row.id());
      JsonObject shown = live == null ? InstanceJson.of(row) : InstanceJson.of(live);
      boolean wanted =
          !registry.isImporting(row.id())
              && (status == null || status.equals(shown.getString("status")));
      if (wanted && !page.add(shown)) {
        return Future.succeededFuture(page.toJson());
      }
      last = row.id();
    }
    return rows.size() <= page.limit
        ? Future.succeededFuture(page.toJson())
        : stored(page, filter, status, last);
  }

  private static boolean matches(SupervisedInstance each, JsonObject filter) {
    return matches(filter, each.status().json(), each.spec().type(), each.spec().name());
  }

  private static boolean matches(JsonObject shown, JsonObject filter) {
    return matches(
        filter, shown.getString("status"), shown.getString("type"), shown.getString("name"));
  }

  /** Matches type and status exactly; matches a name that contains the text, ignoring case. */
  private static boolean matches(JsonObject filter, String status, String type, String name) {
    String part = filter.getString("name");
    return filter.getString("status", status).equals(status)
        && filter.getString("type", type).equals(type)
        && (part == null || name.toLowerCase(Locale.ROOT).contains(part.toLowerCase(Locale.ROOT)));
  }

  /** The instances found so far, and whether there are more. */
  private static final class Page {
    private final int limit;
    private final JsonArray items = new JsonArray();
    private String next;

    Page(int limit) {
      this.limit = limit;
    }

    /** False if the page was full. */
    boolean add(JsonObject item) {
      if (items.size() == limit) {
        next = items.getJsonObject(limit - 1).getString("id");
        return false;
      }
      items.add(item);
      return true;
    }

    JsonObject toJson() {
      JsonObject json = new JsonObject().put("items", items);
      return next == null ? json : json.put("next", next);
    }
  }
}
