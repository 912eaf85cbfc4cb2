package io.mycelium.web.rest;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;

/**
 * Refuses a body with any transfer coding other than {@code chunked} alone. A proxy in front could
 * see the end of such a body elsewhere, and the rest of the body would become another client's
 * request. One for each web verticle, on its event loop.
 */
public final class TransferCodings {
  private final Problems problems;
  private final LastRequests last;

  public TransferCodings(Problems problems, LastRequests last) {
    this.problems = problems;
    this.last = last;
  }

  /**
   * Whether the request must not be handled. Such a request is answered with 501, as RFC 9112
   * section 6.1 prescribes for unknown codings, and its connection is closed.
   */
  public boolean refuses(HttpServerRequest request) {
    List<String> codings = request.headers().getAll(HttpHeaders.TRANSFER_ENCODING);
    if (codings.isEmpty() || (codings.size() == 1 && isChunked(codings.get(0)))) {
      return false;
    }
    Violation violation =
        new Violation("Transfer-Encoding", String.join(", ", codings), "chunked, or none");
    String detail = "Transfer-Encoding is none that the server knows";
    last.answer(request, () -> problems.answer(request, 501, detail, violation));
    return true;
  }

  private static boolean isChunked(String coding) {
    return coding.trim().equalsIgnoreCase("chunked");
  }
}
