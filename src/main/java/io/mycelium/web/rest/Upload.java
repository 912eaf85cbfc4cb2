package io.mycelium.web.rest;

import io.mycelium.bus.InstanceDirectory;
import io.mycelium.bus.InstanceQuota;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.parsetools.RecordParser;
import io.vertx.ext.web.RoutingContext;
import java.util.UUID;

/**
 * One inbound import: lines are gathered into a chunk, and the connection is not read while a chunk
 * is being stored. So memory holds at most a chunk and a line, whatever is sent.
 */
final class Upload {
  private static final int CHUNK_CHARS = 256 << 10;
  private static final int MAX_LINE_BYTES = 64 << 20;
  private static final int PART_BYTES = 1024;

  private final RoutingContext ctx;
  private final HttpServerRequest request;
  private final InstanceDirectory directory;
  private final String id;
  private final String location;
  private final InstanceQuota quota;
  private final String upload = UUID.randomUUID().toString();
  private final RecordParser lines;
  private final StringBuilder chunk = new StringBuilder();
  private Future<JsonObject> sent = Future.succeededFuture();
  private long line;
  private final Transfers transfers;
  private long timer;
  private long bytes;
  private long bytesBefore = -1;
  private boolean writing;
  private boolean ended;
  private boolean over;

  Upload(
      RoutingContext ctx,
      InstanceDirectory directory,
      String id,
      String location,
      Transfers transfers) {
    this.ctx = ctx;
    this.request = ctx.request();
    this.directory = directory;
    this.id = id;
    this.location = location;
    this.transfers = transfers;
    this.quota = InstanceOperations.quota(ctx.get(RestApi.IDENTITY));
    this.lines = RecordParser.newDelimited("\n", request);
  }

  /**
   * @throws Refusal if too many are under way
   */
  void begin() {
    transfers.beginImport();
    ctx.addEndHandler(done -> transfers.endImport());
    long window = transfers.config().bodyTimeout().toMillis();
    timer = ctx.vertx().setPeriodic(window, ignored -> lookAtSender());
    ctx.addEndHandler(done -> ctx.vertx().cancelTimer(timer));
    if (request.isEnded()) {
      finish();
      return;
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      ctx.response().writeContinue();
    }
    lines
        .maxRecordSize(MAX_LINE_BYTES)
        .exceptionHandler(this::broken)
        .endHandler(read -> finish())
        .handler(this::add);
    request.resume();
  }

  /** Less than a part came in a whole window, and it was not we who did not read. */
  private void lookAtSender() {
    long read = request.bytesRead();
    boolean slow = read - bytesBefore < PART_BYTES && bytesBefore >= 0;
    bytesBefore = read;
    if (slow && !writing && !ended) {
      broken(
          new Refusal(
              ErrorCode.TIMEOUT,
              "the import brought less than "
                  + PART_BYTES
                  + " bytes in http.body_timeout, "
                  + transfers.config().bodyTimeout().toSeconds()
                  + " s"));
    }
  }

  private void add(Buffer text) {
    line++;
    bytes += text.length() + 1;
    if (bytes > transfers.config().maxImportBytes()) {
      long most = transfers.config().maxImportBytes();
      abandon(
          new Refusal(
              ErrorCode.MESSAGE_TOO_LARGE,
              "line " + line + ": the import is larger than http.max_import_bytes, " + most));
      return;
    }
    chunk.append(text.toString()).append('\n');
    if (chunk.length() > CHUNK_CHARS) {
      send();
    }
  }

  private void send() {
    String text = chunk.substring(0, chunk.length() - 1);
    chunk.setLength(0);
    lines.pause();
    sent = sent.compose(kept -> directory.importLines(upload, id, text, quota));
    writing = true;
    sent.onComplete(kept -> writing = false)
        .onSuccess(kept -> lines.resume())
        .onFailure(this::abandon);
  }

  /** Resuming the parser after the end reports the end once more. */
  private void finish() {
    if (over || ended) {
      return;
    }
    ended = true;
    if (chunk.length() > 0) {
      send();
    }
    sent.compose(kept -> directory.importEnd(upload, id))
        .onSuccess(this::imported)
        .onFailure(this::abandon);
  }

  private void imported(JsonObject instance) {
    over = true;
    Answer.created(location, instance).write(ctx.response());
  }

  /** The client is gone, or a line is too long. */
  private void broken(Throwable cause) {
    boolean gone = ctx.response().closed();
    abandon(
        gone || cause instanceof Refusal
            ? cause
            : new Refusal(
                ErrorCode.INVALID_PAYLOAD,
                "line " + (line + 1) + ": it is longer than " + MAX_LINE_BYTES + " bytes"));
  }

  /** Reads and drops the rest of the body, so that the client gets to read the response. */
  private void abandon(Throwable cause) {
    if (over) {
      return;
    }
    over = true;
    if (!request.isEnded()) {
      request.handler(ignored -> {}).endHandler(read -> {}).exceptionHandler(ignored -> {});
      request.resume();
    }
    directory.importAbandon(upload).onComplete(done -> ctx.fail(cause));
  }
}
