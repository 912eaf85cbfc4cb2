package io.mycelium.web.rest;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.page.PageHeaders;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failed request with a {@link Problem}, wherever it failed. */
public final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);

  private final int maxBodyBytes;

  /**
   * @param maxBodyBytes largest body of a request, for the message of a refusal
   */
  public Problems(int maxBodyBytes) {
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * Handles the router's failures, and serves the pages to which the documents' {@code type}
   * refers.
   */
  public void mount(Router router) {
    router.route().failureHandler(ctx -> answer(ctx, 500));
    // A request that no route matched, or that failed during matching, bypasses failure
    // handlers and has no status yet.
    for (int status : new int[] {400, 404, 500}) {
      router.errorHandler(status, ctx -> answer(ctx, status));
    }
    router.errorHandler(405, ctx -> methodNotAllowed(router, ctx));
    router.get(Problem.TYPE_PREFIX + ":code").handler(Problems::explain);
  }

  /**
   * For {@code HttpServer.invalidRequestHandler}: input that is not HTTP gets a problem too, and
   * its connection is closed.
   */
  public void answerInvalid(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    String text = String.valueOf(cause == null ? null : cause.getMessage());
    int status = 400;
    if (cause instanceof TooLongFrameException) {
      status = text.contains("line") ? 414 : 431;
    }
    lastOf(request);
    String detail = "not a valid HTTP request: " + text;
    write(request, Problem.of(ErrorCode.BAD_REQUEST, status, detail, List.of()));
  }

  /** Answers with a status that has no code of its own; the connection is the caller's to close. */
  void answer(HttpServerRequest request, int status, String detail, Violation violation) {
    lastOf(request);
    write(request, Problem.of(ErrorCode.BAD_REQUEST, status, detail, List.of(violation)));
  }

  /** HTTP/2 has no such header (RFC 9113 section 8.2.2). */
  private static void lastOf(HttpServerRequest request) {
    if (request.version() != HttpVersion.HTTP_2) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
  }

  /** A request whose body does not come; the connection is the caller's to close. */
  public void answerSlow(HttpServerRequest request, Duration time) {
    String detail = "the body did not come to its end in " + time.toSeconds() + " s";
    Violation violation = new Violation("body", request.bytesRead() + " bytes", "all of it");
    answer(request, 408, detail, violation);
  }

  /** HTTP/2 does not allow resuming a request that has been read. */
  private static void drain(HttpServerRequest request) {
    if (!request.isEnded()) {
      request.resume();
    }
  }

  /** Answers an upgrade that is refused before the handshake; nothing behind it is read. */
  public void refuseUpgrade(HttpServerRequest request, Throwable cause, LastRequests last) {
    last.answer(request, () -> refuse(request, cause));
  }

  /** Answers a request that is refused before it is routed. */
  public void refuse(HttpServerRequest request, Throwable cause) {
    drain(request);
    if (request.response().closed()) {
      return;
    }
    Problem problem =
        cause instanceof Refusal refusal
            ? Problem.of(refusal)
            : unexpected(request.method(), request.path(), cause);
    write(request, problem);
  }

  private void answer(RoutingContext ctx, int statusIfNone) {
    HttpServerResponse response = ctx.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      // A part of the response is sent; only a reset tells the client that the rest will not come.
      response.reset();
      return;
    }
    // A refused, unread body would otherwise stay in the connection before its next request.
    drain(ctx.request());
    write(ctx.request(), problem(ctx, statusIfNone));
  }

  /**
   * Vert.x found routes for the path, but none for the method; RFC 9110 section 15.5.6 requires the
   * allowed methods to be named.
   */
  private void methodNotAllowed(Router router, RoutingContext ctx) {
    Set<String> methods = new TreeSet<>();
    router.getRoutes().stream()
        .filter(route -> ctx.normalizedPath().equals(route.getPath()) && route.methods() != null)
        .forEach(route -> route.methods().stream().map(HttpMethod::name).forEach(methods::add));
    ctx.response().putHeader(HttpHeaders.ALLOW, String.join(", ", methods));
    answer(ctx, 405);
  }

  private Problem problem(RoutingContext ctx, int statusIfNone) {
    Throwable cause = ctx.failure();
    if (cause instanceof Refusal refusal) {
      return Problem.of(refusal);
    }
    if (cause instanceof InvalidRequest invalid) {
      return Problem.of(invalid);
    }
    if (cause instanceof Conflict conflict) {
      return Problem.of(conflict);
    }
    if (BrokenBody.isCauseOf(cause)) {
      lastOf(ctx.request());
      return Problem.of(ErrorCode.BAD_REQUEST, "the body is not valid HTTP");
    }
    int given = cause instanceof HttpException http ? http.getStatusCode() : ctx.statusCode();
    int status = given > 0 ? given : statusIfNone;
    if (status >= 400 && status < 500) {
      return byStatus(ctx, status);
    }
    return unexpected(ctx.request().method(), ctx.request().path(), cause);
  }

  private Problem byStatus(RoutingContext ctx, int status) {
    HttpServerRequest request = ctx.request();
    return switch (status) {
      case 404 -> Problem.of(ErrorCode.NOT_FOUND, "nothing is at " + request.path());
      case 405 ->
          Problem.of(
              ErrorCode.METHOD_NOT_ALLOWED,
              request.method() + " is not possible at " + request.path());
      case 413 -> tooLarge(request.getHeader(HttpHeaders.CONTENT_LENGTH));
      default -> Problem.of(codeOf(status), status, "malformed request", List.of());
    };
  }

  private Problem tooLarge(String contentLength) {
    String expected = "at most " + maxBodyBytes + " bytes";
    String given = contentLength == null ? "more" : contentLength + " bytes";
    return Problem.of(
        ErrorCode.MESSAGE_TOO_LARGE,
        "the body is larger than " + maxBodyBytes + " bytes",
        new Violation("body", given, expected));
  }

  private static Problem unexpected(HttpMethod method, String path, Throwable cause) {
    String detail = "unexpected failure, see the server's log for the incident";
    Problem problem = Problem.of(ErrorCode.INTERNAL, detail);
    LOG.error("{} {} failed, incident {}", method, path, problem.instance(), cause);
    return problem;
  }

  private static ErrorCode codeOf(int status) {
    return Arrays.stream(ErrorCode.values())
        .filter(code -> code.httpStatus() == status)
        .findFirst()
        .orElse(ErrorCode.BAD_REQUEST);
  }

  /** The path alone: the query may have a token. */
  private static void write(HttpServerRequest request, Problem problem) {
    LOG.debug(
        "{} {} refused, {}, incident {}",
        request.method(),
        request.path(),
        problem.code().reason(),
        problem.instance());
    HttpServerResponse response = request.response();
    PageHeaders.add(request);
    if (problem.status() == 401) {
      response.putHeader("WWW-Authenticate", challenge(request));
    }
    if (problem.code().retryable()) {
      response.putHeader(HttpHeaders.RETRY_AFTER, "1");
    }
    response
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
        .end(problem.toJson().toBuffer());
  }

  /** RFC 6750 section 3.1: an error is named only where there was a token. */
  private static String challenge(HttpServerRequest request) {
    return request.headers().contains(HttpHeaders.AUTHORIZATION)
        ? "Bearer error=\"invalid_token\""
        : "Bearer";
  }

  private static void explain(RoutingContext ctx) {
    for (ErrorCode code : ErrorCode.values()) {
      if (code.reason().equals(ctx.pathParam("code"))) {
        ctx.json(
            new JsonObject()
                .put("code", code.reason())
                .put("title", Problem.title(code))
                .put("status", code.httpStatus())
                .put("retryable", code.retryable()));
        return;
      }
    }
    ctx.fail(404);
  }
}
