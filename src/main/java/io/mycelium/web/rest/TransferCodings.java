package io.mycelium.web.rest;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Refuses a body in a transfer coding other than {@code chunked}, also one that ends in it: a proxy
 * in front may see the body's end elsewhere, and its next request is then a stranger's. One for
 * each web verticle, on its event loop.
 */
public final class TransferCodings {
  private final Problems problems;

  /** Connections that were refused and are not closed yet: what was pipelined is not done. */
  private final Set<HttpConnection> refused = new HashSet<>();

  public TransferCodings(Problems problems) {
    this.problems = problems;
  }

  /**
   * Whether the request is not to be handled. It is answered with 501, as RFC 9112 section 6.1
   * wants for a coding that is not known, and its connection closed.
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
