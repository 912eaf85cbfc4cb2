package io.mycelium.bus;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonObject;

/**
 * The control plane as the web half sees it: requests to the deployer over the event bus, JSON both
 * ways, so that either side may run on another node. Each future fails with a {@link Refusal} that
 * says why.
 *
 * <p>An <em>instance</em> is {@code {id, name, type, status, socket, rooms, config, createdAt,
 * generation, restarts, connections}}; {@code rooms} maps a name to {@code {type, seq, epoch,
 * channels, ...}}.
 */
public final class InstanceDirectory {
  /** The state of a room as it is now. */
  public static final long LATEST = -1;

  private final Vertx vertx;

  public InstanceDirectory(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * Creates and deploys an instance: takes {@code {id?, name?, type, config?, rooms?}}, answers
   * with the instance.
   */
  public Future<JsonObject> create(JsonObject spec) {
    return create(spec, null);
  }

  /**
   * The same for somebody who may have so many.
   *
   * @param quota null for none
   */
  public Future<JsonObject> create(JsonObject spec, InstanceQuota quota) {
    return request("create", new JsonObject().put("spec", spec).put("quota", json(quota)));
  }

  private static JsonObject json(InstanceQuota quota) {
    return quota == null ? null : quota.toJson();
  }

  /**
   * A page of instances in the order of their ids.
   *
   * @param filter {@code {after?: cursor, limit?: 1 to 1000, ids?: [id], type?, status?, name?,
   *     live?}}; {@code live} is for the nodes of a cluster among themselves: only what one has in
   *     memory
   * @return {@code {items: [instance], next?: cursor, unanswered?: [node]}}, the last with the
   *     nodes of a cluster whose instances are shown as the store has them
   */
  public Future<JsonObject> list(JsonObject filter) {
    return request("list", new JsonObject().put("filter", filter));
  }

  public Future<JsonObject> get(String id) {
    return request("get", new JsonObject().put("id", id));
  }

  /**
   * The fields that an upgrade needs; cheaper than {@link #get}: {@code {id, status, socket:
   * {...}}}.
   */
  public Future<JsonObject> lookup(String id) {
    return request("lookup", new JsonObject().put("id", id));
  }

  public Future<JsonObject> delete(String id) {
    return request("delete", new JsonObject().put("id", id));
  }

  /** Restarts an instance with its state, or revives a failed one; answers with the instance. */
  public Future<JsonObject> restart(String id) {
    return request("restart", new JsonObject().put("id", id));
  }

  public Future<JsonObject> room(String id, String room) {
    return request("get_room", new JsonObject().put("id", id).put("room", room));
  }

  /**
   * Adds a room, or answers with the existing room if its settings are the same: {@code {created,
   * room}}.
   */
  public Future<JsonObject> putRoom(String id, String room, JsonObject settings) {
    return request(
        "put_room", new JsonObject().put("id", id).put("room", room).put("settings", settings));
  }

  public Future<JsonObject> deleteRoom(String id, String room) {
    return request("delete_room", new JsonObject().put("id", id).put("room", room));
  }

  /**
   * Entries with a sequence above {@code after}, oldest first: {@code {entries: [...], seq, epoch,
   * complete}} as JSON text.
   */
  public Future<Buffer> entries(String id, String room, long after, int limit) {
    return this.<Buffer>send(
        "entries",
        new JsonObject().put("id", id).put("room", room).put("after", after).put("limit", limit));
  }

  /**
   * A room's state as a join shows it, as JSON text.
   *
   * @param seq of the last entry in the state, 0 for the initial state, or {@link #LATEST}
   */
  public Future<Buffer> state(String id, String room, long seq) {
    return this.<Buffer>send(
        "state", new JsonObject().put("id", id).put("room", room).put("seq", seq));
  }

  /**
   * The first line of an instance's export, and the rooms to export: {@code {text, rooms: [name]}}.
   */
  public Future<JsonObject> export(String id) {
    return request("export", new JsonObject().put("id", id));
  }

  /** A room's first lines, and the range of its entries: {@code {text, after, upTo}}. */
  public Future<JsonObject> exportRoom(String id, String room) {
    return request("export_room", new JsonObject().put("id", id).put("room", room));
  }

  /** Lines of a room's entries after {@code after}: {@code {text, count}}. */
  public Future<JsonObject> exportPage(String id, String room, long after, long upTo, int limit) {
    return request(
        "export_page",
        new JsonObject()
            .put("id", id)
            .put("room", room)
            .put("after", after)
            .put("upTo", upTo)
            .put("limit", limit));
  }

  /**
   * The next lines of an export, without the last line feed, to create an instance with this id;
   * completes once they are stored.
   *
   * @param upload to which the lines belong
   * @param quota of the sender; null for none
   */
  public Future<JsonObject> importLines(
      String upload, String id, String text, InstanceQuota quota) {
    return request(
        "import",
        new JsonObject()
            .put("upload", upload)
            .put("id", id)
            .put("text", text)
            .put("quota", json(quota)));
  }

  /** Ends the import: all lines have arrived; answers with the instance. */
  public Future<JsonObject> importEnd(String upload, String id) {
    return request("import_end", new JsonObject().put("upload", upload).put("id", id));
  }

  /** Aborts the import; completes once all its data is removed. */
  public Future<JsonObject> importAbandon(String upload) {
    return request("import_abandon", new JsonObject().put("upload", upload));
  }

  /**
   * Sends a back end's message into a room; {@code payload} is any JSON value as text: {@code
   * {seq}}.
   */
  public Future<JsonObject> push(String id, String room, String user, String payload) {
    return push(id, room, user, payload, null);
  }

  /**
   * The same, applied once: a repeat with the same key gets {@code {seq, duplicate: true}}.
   *
   * @param key null for an ordinary message
   */
  public Future<JsonObject> push(String id, String room, String user, String payload, String key) {
    return request(
        "push",
        new JsonObject()
            .put("id", id)
            .put("room", room)
            .put("user", user)
            .put("payload", payload)
            .put("key", key));
  }

  /** {@code {types: [{name, description, source}], broken: [{source, error}]}} */
  public Future<JsonObject> types() {
    return request("types", new JsonObject());
  }

  public Future<JsonObject> stats(String id) {
    return request("stats", new JsonObject().put("id", id));
  }

  /** {@code {items: [{at, generation, outcome, error}]}}, newest first; see {@code /restarts}. */
  public Future<JsonObject> restarts(String id) {
    return request("restarts", new JsonObject().put("id", id));
  }

  /**
   * A room as an observer sees it, without joining: {@code {room, type, seq, epoch, channels,
   * users, stateBytes, state, presence}} as JSON text. {@code state} and {@code presence} are null
   * above {@code limit} bytes each; {@code presence} also where the room does not track it.
   */
  public Future<Buffer> observe(String id, String room, int limit) {
    return this.<Buffer>send(
        "observe", new JsonObject().put("id", id).put("room", room).put("limit", limit));
  }

  /**
   * The nodes of the cluster, and what happened to them: {@code {items: [node], events: [event],
   * lease_ms}}. A <em>node</em> is {@code {id, name, host, port, self, started_at, silent_ms,
   * draining, load: {instances, connections, cpu}}}, an <em>event</em> {@code {at, kind, node,
   * instance?, from?, to?, ms?}}; events come newest first. Both are empty on a node that is alone.
   */
  public Future<JsonObject> nodes() {
    return request("nodes", new JsonObject());
  }

  /**
   * Drains a node: it takes no more instances, and hands over those that it has; or ends that.
   * Answers with the node.
   */
  public Future<JsonObject> drainNode(String id, boolean on) {
    return request("drain_node", new JsonObject().put("id", id).put("on", on));
  }

  /**
   * Moves an instance to another node: {@code {id, from, to, ms}}, with the milliseconds for which
   * the instance took nothing.
   *
   * @param node null for the one with the least load
   */
  public Future<JsonObject> move(String id, String node) {
    return request("move", new JsonObject().put("id", id).put("node", node));
  }

  private Future<JsonObject> request(String op, JsonObject arguments) {
    return send(op, arguments);
  }

  private <T> Future<T> send(String op, JsonObject arguments) {
    return vertx
        .eventBus()
        .<T>request(Addresses.INSTANCES, arguments.put("op", op), Addresses.here())
        .map(Message::body)
        .recover(cause -> Future.failedFuture(refusal(cause)));
  }

  /** Answers a request with a refusal; {@link #refusal} reads it back on the other side. */
  public static void refuse(Message<?> request, Throwable cause) {
    Refusal refusal = cause instanceof Refusal r ? r : refusal(cause);
    JsonObject text =
        new JsonObject()
            .put("message", refusal.getMessage())
            .put("field", refusal.field())
            .put("value", refusal.value())
            .put("expected", refusal.expected());
    request.fail(refusal.code().ordinal(), text.encode());
  }

  static Refusal refusal(Throwable cause) {
    if (!(cause instanceof ReplyException reply)) {
      return new Refusal(ErrorCode.INTERNAL, "unexpected failure, see the server's log");
    }
    if (reply.failureType() == ReplyFailure.TIMEOUT) {
      return new Refusal(ErrorCode.TIMEOUT, "the instance did not answer in time");
    }
    if (reply.failureType() == ReplyFailure.NO_HANDLERS) {
      return new Refusal(
          ErrorCode.INSTANCE_RESTARTING, "no deployer answers; it is starting or stopping");
    }
    JsonObject text = new JsonObject(reply.getMessage());
    return Refusal.restored(
        ErrorCode.of(reply.failureCode()),
        text.getString("message"),
        text.getString("field"),
        text.getString("value"),
        text.getString("expected"));
  }
}
