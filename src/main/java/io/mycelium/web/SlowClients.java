package io.mycelium.web;

import io.mycelium.web.rest.HttpConfig;
import io.mycelium.web.rest.Problems;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Closes HTTP connections whose clients take too long to send a request's head or body. The time
 * runs from the beginning of the head or body, not from the last byte, so trickling does not help.
 * Checks once a second, so a connection costs an entry in a map and no timer. WebSockets have pings
 * instead. On the event loop of its connections.
 */
final class SlowClients {
  private static final int SWITCHING_PROTOCOLS = 101;

  private final HttpConfig config;
  private final Problems problems;
  private final Consumer<String> meter;
  private final Map<HttpConnection, Watch> watched = new HashMap<>();
  private int now;

  /**
   * @param meter gets what the client did not send in time: {@code header}, {@code body} or {@code
   *     next}
   */
  SlowClients(HttpConfig config, Problems problems, Consumer<String> meter) {
    this.config = config;
    this.problems = problems;
    this.meter = meter;
  }

  private static final class Watch {
    private HttpServerRequest request;
    private boolean answered;

    /** The second in which the current wait began. */
    private int since;
  }

  void opened(HttpConnection connection) {
    watch(connection);
    connection.closeHandler(closed -> watched.remove(connection));
  }

  private Watch watch(HttpConnection connection) {
    Watch watch = watched.computeIfAbsent(connection, ignored -> new Watch());
    watch.since = now;
    return watch;
  }

  /** The head of a request has arrived. */
  void began(HttpServerRequest request) {
    if (request.version() == HttpVersion.HTTP_2) {
      watched.remove(request.connection());
      return;
    }
    Watch watch = watch(request.connection());
    watch.request = request;
    watch.answered = false;
  }

  /** To be called once a second. */
  void tick() {
    now++;
    watched.values().removeIf(SlowClients::isSocket);
    Iterator<Map.Entry<HttpConnection, Watch>> each = watched.entrySet().iterator();
    Map<HttpConnection, String> late = new HashMap<>();
    while (each.hasNext()) {
      Map.Entry<HttpConnection, Watch> entry = each.next();
      String waitedFor = waitedFor(entry.getValue());
      if (waitedFor != null) {
        late.put(entry.getKey(), waitedFor);
        end(entry.getValue().request);
        each.remove();
      }
    }
    late.forEach(this::close);
  }

  private void close(HttpConnection connection, String waitedFor) {
    meter.accept(waitedFor);
    connection.close();
  }

  private void end(HttpServerRequest request) {
    if (request != null && !request.response().ended()) {
      problems.answerSlow(request, config.bodyTimeout());
    }
  }

  /** What the client did not send in time; null if it still has time. */
  private String waitedFor(Watch watch) {
    HttpServerRequest request = watch.request;
    if (request == null) {
      return isOver(watch, config.headerTimeout()) ? "header" : null;
    }
    boolean answered = request.response().ended();
    if (!request.isEnded()) {
      // An import may take long; Upload checks its progress.
      boolean isLong = isImport(request) && !answered;
      return !isLong && isOver(watch, config.bodyTimeout()) ? "body" : null;
    }
    if (!answered) {
      return null;
    }
    if (!watch.answered) {
      watch.answered = true;
      watch.since = now;
    }
    return isOver(watch, config.idleTimeout()) ? "next" : null;
  }

  private static boolean isSocket(Watch watch) {
    return watch.request != null && watch.request.response().getStatusCode() == SWITCHING_PROTOCOLS;
  }

  private static boolean isImport(HttpServerRequest request) {
    return request.method() == HttpMethod.POST && request.path().endsWith("/import");
  }

  private boolean isOver(Watch watch, Duration time) {
    return now - watch.since > time.toSeconds();
  }
}
