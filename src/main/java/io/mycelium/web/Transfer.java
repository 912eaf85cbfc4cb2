package io.mycelium.web;

import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Export and import of an instance as NDJSON, streamed both ways: of an export one page of entries
 * is in memory at a time, of an import one chunk of lines.
 */
final class Transfer {
  /** Operations of the contract that are answered here, not as one JSON document. */
  static final Set<String> OPERATIONS = Set.of("exportInstance", "importInstance");

  private static final String NDJSON = "application/x-ndjson";
  private static final int PAGE = 500;
  private static final int CHUNK_CHARS = 256 << 10;
  private static final int MAX_LINE_BYTES = 16 << 20;

  private final InstanceDirectory directory;
  private final String basePath;

  Transfer(InstanceDirectory directory, String basePath) {
    this.directory = directory;
    this.basePath = basePath;
  }

  void export(RoutingContext ctx) {
    String id = ctx.pathParam("id");
    HttpServerResponse response = ctx.response();
    directory
        .export(id)
        .compose(
            head -> {
              response.putHeader(HttpHeaders.CONTENT_TYPE, NDJSON).setChunked(true);
              return write(response, head.getString("text"))
                  .compose(sent -> rooms(response, id, head.getJsonArray("rooms"), 0, 0));
            })
        .compose(count -> response.end(new JsonObject().put("end", count).encode() + "\n"))
        .onFailure(cause -> failed(ctx, cause));
  }

  /**
   * What has begun cannot become a problem document: a stream without its last line is no export.
   */
  private static void failed(RoutingContext ctx, Throwable cause) {
    if (ctx.response().headWritten()) {
      ctx.response().reset();
    } else {
      ctx.fail(cause);
    }
  }

  private static Future<Void> write(HttpServerResponse response, String text) {
    return response.write(text);
  }

  private Future<Long> rooms(
      HttpServerResponse response, String id, JsonArray rooms, int index, long count) {
    if (index == rooms.size()) {
      return Future.succeededFuture(count);
    }
    JsonObject room = rooms.getJsonObject(index);
    return entries(response, id, room, room.getLong("after"), count)
        .compose(sent -> rooms(response, id, rooms, index + 1, sent));
  }

  private Future<Long> entries(
      HttpServerResponse response, String id, JsonObject room, long after, long count) {
    long upTo = room.getLong("upTo");
    if (after >= upTo) {
      return Future.succeededFuture(count);
    }
    return directory
        .exportPage(id, room.getString("room"), after, upTo, PAGE)
        .compose(
            page ->
                write(response, page.getString("text"))
                    .compose(
                        sent ->
                            entries(
                                response,
                                id,
                                room,
                                page.getLong("last"),
                                count + page.getInteger("count"))));
  }

  void importInto(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    String type = request.getHeader(HttpHeaders.CONTENT_TYPE);
    if (type == null || !type.split(";", 2)[0].strip().equalsIgnoreCase(NDJSON)) {
      ctx.fail(
          Refusal.of(
              ErrorCode.UNSUPPORTED_MEDIA_TYPE,
              "Content-Type",
              type == null ? "absent" : type,
              NDJSON));
      return;
    }
    new Upload(ctx, ctx.pathParam("id")).begin();
  }

  /** One import: lines are gathered into a chunk, and none is read while a chunk is on its way. */
  private final class Upload {
    private final RoutingContext ctx;
    private final String id;
    private final StringBuilder chunk = new StringBuilder();
    private final RecordParser lines;
    private Future<JsonObject> sent = Future.succeededFuture();
    private boolean over;

    Upload(RoutingContext ctx, String id) {
      this.ctx = ctx;
      this.id = id;
      this.lines = RecordParser.newDelimited("\n", ctx.request());
    }

    void begin() {
      lines
          .maxRecordSize(MAX_LINE_BYTES)
          .exceptionHandler(this::abandon)
          .endHandler(ended -> finish())
          .handler(
              line -> {
                chunk.append(line.toString()).append('\n');
                if (chunk.length() > CHUNK_CHARS) {
                  send();
                }
              });
      ctx.request().exceptionHandler(this::abandon);
      ctx.request().resume();
    }

    private void send() {
      String text = chunk.toString();
      chunk.setLength(0);
      lines.pause();
      sent =
          sent.compose(before -> over ? Future.succeededFuture() : directory.importLines(id, text));
      sent.onSuccess(kept -> lines.resume()).onFailure(this::abandon);
    }

    private void finish() {
      if (chunk.length() > 0) {
        send();
      }
      sent.compose(kept -> over ? Future.succeededFuture() : directory.importEnd(id))
          .onSuccess(this::imported)
          .onFailure(this::abandon);
    }

    private void imported(JsonObject instance) {
      if (!over) {
        over = true;
        Answer.created(basePath + "/instances/" + id, instance).write(ctx.response());
      }
    }

    private void abandon(Throwable cause) {
      if (over) {
        return;
      }
      over = true;
      directory.importAbandon(id).onComplete(done -> ctx.fail(cause));
      lines.handler(ignored -> {}).resume();
    }
  }
}
