package io.mycelium.web.rest;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Refuses a body with any transfer coding other than {@code chunked} alone. A proxy in front could
 * see the end of such a body elsewhere, and the rest of the body would become another client's
 * request. One for each web verticle, on its event loop.
 */
public final class TransferCodings {
  private final Problems problems;

  /**
   * Refused connections that are not closed yet; requests that were pipelined on them are not
   * handled.
   */
  private final Set<HttpConnection> refused = new HashSet<>();

  public TransferCodings(Problems problems) {
    this.problems = problems;
  }

  /**
   * Whether the request must not be handled. Such a request is answered with 501, as RFC 9112
   * section 6.1 prescribes for unknown codings, and its connection is closed.
   */
  public boolean refuses(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    if (!refused.isEmpty() && refused.contains(connection)) {
      return true;
    }
    List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    if (codings.isEmpty() || (codings.size() == 1 && isChunked(codings.get(0)))) {
      return false;
    }
    refused.add(connection);
    connection.closeHandler(closed -> refused.remove(connection));
    problems.answer(
        request,
        501,
        "Transfer-Encoding is none that the server knows",
        new Violation("Transfer-Encoding", String.join(", ", codings), "chunked, or none"));
    connection.close();
    return true;
  }

  private static boolean isChunked(String coding) {
    return coding.trim().equalsIgnoreCase("chunked");
  }
}
