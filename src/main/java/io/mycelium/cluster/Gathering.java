package io.mycelium.cluster;

import io.mycelium.bus.Residents;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Answers that need every node: this node's page of instances, with what the other nodes have in
 * memory in place of what the store says of it. A node that does not answer in time is named.
 */
final class Gathering {
  private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(2000);
  private static final String FILTER = "filter";
  private static final String ITEMS = "items";
  private static final String NEXT = "next";
  private static final String NODE = "node";
  private static final int USUAL_PAGE = 100;

  private final Directories directories;
  private final Peers peers;
  private final Residents residents;

  private record Answer(String node, JsonObject page) {}

  Gathering(Directories directories, Peers peers, Residents residents) {
    this.directories = directories;
    this.peers = peers;
    this.residents = residents;
  }

  /**
   * @param request of the page
   * @param here this node's answer
   */
  Future<Object> list(JsonObject request, JsonObject here) {
    JsonObject filter = request.getJsonObject(FILTER);
    List<Future<Answer>> asked = new ArrayList<>();
    peers.others().forEach(id -> asked.add(live(id, filter)));
    return Future.all(asked).map(done -> merged(filter, ours(here), asked));
  }

  /** The rest is as the store has it, and may run elsewhere. */
  private JsonObject ours(JsonObject page) {
    items(page).filter(item -> residents.has(item.getString("id"))).forEach(this::isHere);
    return page;
  }

  private void isHere(JsonObject item) {
    item.put(NODE, peers.ownId());
  }

  private static Stream<JsonObject> items(JsonObject page) {
    return page.getJsonArray(ITEMS).stream().map(JsonObject.class::cast);
  }

  private Future<Answer> live(String node, JsonObject filter) {
    // Any status: one that is running there must not be shown as the idle one that the store has.
    JsonObject all = filter.copy().put("live", true);
    all.remove("status");
    JsonObject request = new JsonObject().put("op", "list").put(FILTER, all);
    return directories
        .<JsonObject>at(node, request, PATIENCE)
        .otherwiseEmpty()
        .map(page -> new Answer(node, page));
  }

  private static JsonObject merged(JsonObject filter, JsonObject here, List<Future<Answer>> asked) {
    TreeMap<String, JsonObject> byId = new TreeMap<>();
    JsonArray unanswered = new JsonArray();
    String end = add(byId, here, null);
    for (Future<Answer> each : asked) {
      Answer answer = each.result();
      if (answer.page() == null) {
        unanswered.add(answer.node());
      } else {
        items(answer.page()).forEach(item -> item.put(NODE, answer.node()));
        end = add(byId, answer.page(), end);
      }
    }
    JsonObject page = page(filter, byId, end);
    return unanswered.isEmpty() ? page : page.put("unanswered", unanswered);
  }

  /**
   * @return the last id up to which all answers are complete; null if they are complete
   */
  private static String add(TreeMap<String, JsonObject> byId, JsonObject page, String end) {
    items(page).forEach(item -> byId.put(item.getString("id"), item));
    String next = page.getString(NEXT);
    return next == null || end != null && end.compareTo(next) < 0 ? end : next;
  }

  private static JsonObject page(JsonObject filter, TreeMap<String, JsonObject> byId, String end) {
    int limit = filter.getInteger("limit", USUAL_PAGE);
    String status = filter.getString("status");
    String next = end;
    JsonArray items = new JsonArray();
    for (JsonObject item : (end == null ? byId : byId.headMap(end, true)).values()) {
      if (status == null || status.equals(item.getString("status"))) {
        if (items.size() == limit) {
          next = items.getJsonObject(limit - 1).getString("id");
          break;
        }
        items.add(item);
      }
    }
    JsonObject page = new JsonObject().put(ITEMS, items);
    return next == null ? page : page.put(NEXT, next);
  }
}
