package io.mycelium.web.rest;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Connections that are closed after an answer: what was pipelined behind its request is not done. A
 * proxy in front may see that request's end elsewhere, or hold the connection for a tunnel since it
 * was to become one, and then it is somebody else who speaks. One for each web verticle, on its
 * event loop.
 */
public final class LastRequests {
  /** Weak, since a connection has one close handler only, and it is not ours. */
  private final Set<HttpConnection> closing = Collections.newSetFromMap(new WeakHashMap<>());

  /** Whether an earlier request of its connection was the last one. */
  public boolean isBehind(HttpServerRequest request) {
    return !closing.isEmpty() && closing.contains(request.connection());
  }

  /**
   * Answers this one, and closes. As soon as the answer is written Vert.x hands out the request
   * behind it. HTTP/2 has frames for what is unclear here, and goes on.
   */
  void answer(HttpServerRequest request, Runnable answer) {
    boolean one = request.version() != HttpVersion.HTTP_2;
    if (one) {
      closing.add(request.connection());
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    answer.run();
    if (one) {
      request.connection().close();
    }
  }
}
