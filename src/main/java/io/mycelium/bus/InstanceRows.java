package io.mycelium.bus;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * The live table of instances on the bus: pages on request, and, while a console watches, one delta
 * a second with the changes. Rows are arrays in the order of {@link #COLUMNS}, already JSON text,
 * so that they can be passed to a browser unconverted.
 *
 * <p>Deltas are numbered without gaps: a watcher that finds a gap reads the pages again. A page
 * names the last delta that it includes; a watcher that has seen a newer delta asks for the page
 * again.
 */
public final class InstanceRows {
  /**
   * {@code createdAt} is in milliseconds since 1970, {@code in} and {@code out} are messages a
   * second, {@code mailbox} is commands that wait, {@code p99} is microseconds of handler time,
   * {@code memory} is estimated bytes.
   */
  public static final List<String> COLUMNS =
      List.of(
          "id",
          "name",
          "type",
          "status",
          "createdAt",
          "connections",
          "channels",
          "in",
          "out",
          "mailbox",
          "p99",
          "restarts",
          "memory");

  /** Rows in one page; 100 to 200 KB of text. */
  public static final int PAGE = 1000;

  /** Milliseconds for which a page or {@link #keepWatching} keeps the deltas coming. */
  public static final long LEASE_MS = 10_000;

  private static final String VERSION = "version";
  private static final String NEXT = "next";
  private static final String AFTER = "after";

  /**
   * One page of rows, in the order of their ids.
   *
   * @param version of the last delta that the rows include
   * @param next cursor of the following page; null for the last page
   * @param json {@code {"rows": [[...], ...]}}
   */
  public record Page(long version, String next, String json) {}

  /**
   * The changes since the previous delta.
   *
   * @param json {@code {"version", "rows": [[...], ...], "gone": ["id", ...]}}
   */
  public record Delta(long version, String json) {}

  private final Vertx vertx;

  public InstanceRows(Vertx vertx) {
    this.vertx = vertx;
  }

  /**
   * The page after this id, and deltas from now on.
   *
   * @param after empty for the first page
   */
  public Future<Page> page(String after) {
    return vertx
        .eventBus()
        .<String>request(Addresses.ROW_PAGES, new JsonObject().put(AFTER, after), Addresses.here())
        .map(InstanceRows::page)
        .recover(cause -> Future.failedFuture(InstanceDirectory.refusal(cause)));
  }

  private static Page page(Message<String> reply) {
    long version = Long.parseLong(reply.headers().get(VERSION));
    return new Page(version, reply.headers().get(NEXT), reply.body());
  }

  /** Call it more often than every {@link #LEASE_MS}. */
  public void keepWatching() {
    vertx.eventBus().send(Addresses.ROW_PAGES, new JsonObject(), Addresses.here());
  }

  /** Receives the deltas until it is unregistered. */
  public MessageConsumer<String> deltas(Handler<Delta> handler) {
    return vertx
        .eventBus()
        .localConsumer(
            Addresses.ROW_DELTAS,
            message ->
                handler.handle(
                    new Delta(Long.parseLong(message.headers().get(VERSION)), message.body())));
  }

  /** The deployer's side of the table. */
  public interface Source {
    /** A console watches, for the next {@link #LEASE_MS} at least. */
    void watched();

    Page page(String after);
  }

  /** Answers page requests from the source, on the caller's context. */
  public Future<Void> serve(Source source) {
    return vertx
        .eventBus()
        .<JsonObject>localConsumer(Addresses.ROW_PAGES, request -> answer(request, source))
        .completion();
  }

  private static void answer(Message<JsonObject> request, Source source) {
    source.watched();
    String after = request.body().getString(AFTER);
    if (after != null) {
      Page page = source.page(after);
      DeliveryOptions options = versioned(page.version());
      if (page.next() != null) {
        options.addHeader(NEXT, page.next());
      }
      request.reply(page.json(), options);
    }
  }

  public void publish(Delta delta) {
    vertx.eventBus().publish(Addresses.ROW_DELTAS, delta.json(), versioned(delta.version()));
  }

  private static DeliveryOptions versioned(long version) {
    return Addresses.here().addHeader(VERSION, Long.toString(version));
  }
}
