package io.mycelium.web.rest;

import io.mycelium.bus.InstanceDirectory;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/**
 * One export on its way to a client. The next part is requested once the previous part has left
 * this process, so only one part is in memory however slowly the client reads. A part is a room's
 * first lines (its snapshots) or {@link #PAGE} of its entries.
 */
final class Download {
  private static final int PAGE = 64;

  private final RoutingContext ctx;
  private final HttpServerResponse response;
  private final InstanceDirectory directory;
  private final String id;
  private JsonArray rooms;
  private int nextRoom;
  private String room;
  private long after;
  private long upTo;
  private long entries;
  private final Transfers transfers;
  private long timer;
  private long parts;
  private long partsBefore = -1;
  private boolean isOver;

  Download(RoutingContext ctx, InstanceDirectory directory, String id, Transfers transfers) {
    this.ctx = ctx;
    this.response = ctx.response();
    this.directory = directory;
    this.id = id;
    this.transfers = transfers;
  }

  /**
   * @throws io.mycelium.protocol.Refusal if too many are under way
   */
  void begin() {
    transfers.beginExport();
    ctx.addEndHandler(ended -> over());
    long window = transfers.config().idleTimeout().toMillis();
    timer = ctx.vertx().setPeriodic(window, ignored -> lookAtReader());
    directory
        .export(id)
        .onFailure(this::failed)
        .onSuccess(
            head -> {
              rooms = head.getJsonArray("rooms");
              response.putHeader(HttpHeaders.CONTENT_TYPE, Transfer.NDJSON).setChunked(true);
              send(head, this::room);
            });
  }

  private void over() {
    if (!isOver) {
      isOver = true;
      ctx.vertx().cancelTimer(timer);
      transfers.endExport();
    }
  }

  /** Nothing was read for a whole window: somebody else may have the place. */
  private void lookAtReader() {
    if (parts == partsBefore) {
      over();
      ctx.request().connection().close();
    }
    partsBefore = parts;
  }

  private void send(JsonObject part, Runnable next) {
    parts++;
    response.write(part.getString("text")).onFailure(this::failed).onSuccess(written -> next.run());
  }

  private void room() {
    if (nextRoom == rooms.size()) {
      response.end(new JsonObject().put("end", entries).encode() + "\n");
      return;
    }
    room = rooms.getString(nextRoom++);
    directory
        .exportRoom(id, room)
        .onFailure(this::failed)
        .onSuccess(
            head -> {
              after = head.getLong("after");
              upTo = head.getLong("upTo");
              send(head, this::page);
            });
  }

  private void page() {
    if (after >= upTo) {
      room();
      return;
    }
    directory
        .exportPage(id, room, after, upTo, PAGE)
        .onFailure(this::failed)
        .onSuccess(
            page -> {
              after += page.getInteger("count");
              entries += page.getInteger("count");
              send(page, this::page);
            });
  }

  /** A started response cannot become a problem document: {@link Problems} resets it. */
  private void failed(Throwable cause) {
    ctx.fail(cause);
  }
}
