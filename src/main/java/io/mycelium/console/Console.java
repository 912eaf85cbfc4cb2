package io.mycelium.console;

import io.mycelium.access.Authenticators;
import io.mycelium.access.Origin;
import io.mycelium.access.SessionCookie;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/**
 * The console of one web verticle, at {@code /console}: the pages for clients with access, the
 * log-in page for others where a token is required, and the feed at {@code /console/feed}.
 */
public final class Console {
  private static final String PAGE = "web/console/index.html";
  private static final String LOGIN = "web/console/login.html";
  private static final String LOG_OUT = "<button id=\"log-out\" class=\"quiet\">Log out</button>";

  /** Files that the log-in page needs too; they are not secret. */
  private static final String STYLE = "/console/console.css";

  /**
   * With {@code no-referrer}, the policy of all other pages, a browser sends {@code Origin: null}
   * with a form (Fetch standard, "append a request Origin header"), and log-in checks the origin.
   */
  private static final String LOGIN_REFERRER = "same-origin";

  private static final String PATHS = "/console*";
  private static final int MAX_FORM = 16_384;
  private static final int LOGIN_DELAY_MS = 500;

  private final Vertx vertx;
  private final String page;
  private final String logIn = read(LOGIN);
  private final Context context;
  private final ConsoleConfig config;
  private final Access access;
  private final Feed feed;

  /** Call it on the web verticle's context. */
  public Console(
      Vertx vertx, ConsoleConfig config, Authenticators authenticators, Sampler sampler) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.config = config;
    this.access = new Access(authenticators.requests(), System::currentTimeMillis);
    this.page = read(PAGE).replace("<!--log-out-->", access.needsToken() ? LOG_OUT : "");
    this.feed = new Feed(vertx, sampler, authenticators.revocations());
  }

  /** Before the handler of static files, which serves the pages' scripts after this check. */
  public void mount(Router router) {
    if (!config.enabled()) {
      router.route(PATHS).handler(ctx -> ctx.fail(404));
      return;
    }
    router
        .post("/console/login")
        .handler(BodyHandler.create(false).setBodyLimit(MAX_FORM))
        .handler(this::logIn);
    router.get("/console/feed").handler(this::subscribe);
    router.post("/console/logout").handler(this::logOut);
    router.route(PATHS).handler(this::admit);
    for (String path :
        new String[] {"/console", "/console/nodes", "/console/node", "/console/instances/:id"}) {
      router.get(path).handler(ctx -> answer(ctx, 200, page));
    }
  }

  private void admit(RoutingContext ctx) {
    ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    if (ctx.normalizedPath().equals(STYLE)) {
      ctx.next();
      return;
    }
    access
        .admit(ctx.request())
        .onSuccess(admitted -> ctx.next())
        .onFailure(
            cause -> {
              if (access.needsToken() && isRefusal(cause) && wantsPage(ctx.request())) {
                logInPage(ctx, SessionCookie.of(ctx.request()) == null ? null : cause.getMessage());
              } else {
                ctx.fail(cause);
              }
            });
  }

  /** Whether another token would help. */
  private static boolean isRefusal(Throwable cause) {
    return cause instanceof Refusal refusal
        && (refusal.code() == ErrorCode.UNAUTHORIZED || refusal.code() == ErrorCode.FORBIDDEN);
  }

  private static boolean wantsPage(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    return accept != null && accept.contains("text/html");
  }

  /**
   * @param why the reason why the given token gives no access; null if none was given
   */
  private void logInPage(RoutingContext ctx, String why) {
    String error =
        why == null ? "" : "<p class=\"error\" role=\"alert\">" + escaped(sentence(why)) + "</p>";
    ctx.response()
        .putHeader("Referrer-Policy", LOGIN_REFERRER)
        .putHeader("WWW-Authenticate", "Bearer");
    answer(ctx, 401, logIn.replace("<!--error-->", error));
  }

  private static String sentence(String message) {
    return Character.toUpperCase(message.charAt(0)) + message.substring(1) + '.';
  }

  /** A message may quote the token. */
  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static void answer(RoutingContext ctx, int status, String html) {
    ctx.response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/html; charset=utf-8")
        .end(html);
  }

  /** Two small files, once for each web verticle. */
  private static String read(String resource) {
    try (InputStream in = Console.class.getClassLoader().getResourceAsStream(resource)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A wrong token is answered late, to slow down guessing. */
  private void logIn(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    if (!access.needsToken() || !Origin.isOwn(request)) {
      ctx.fail(new Refusal(ErrorCode.FORBIDDEN, "there is nothing to log in to from there"));
      return;
    }
    String given = request.getFormAttribute("token");
    String token = given == null ? "" : given.strip();
    if (token.length() > SessionCookie.MAX_LENGTH) {
      logInPage(
          ctx,
          "The token has "
              + token.length()
              + " characters; a browser keeps up to "
              + SessionCookie.MAX_LENGTH);
      return;
    }
    access
        .admit(token)
        .onSuccess(
            identity -> {
              ctx.response().addCookie(access.session(identity, token, Origin.isSecure(request)));
              ctx.redirect("/console");
            })
        .onFailure(cause -> vertx.setTimer(LOGIN_DELAY_MS, ignored -> logInFailed(ctx, cause)));
  }

  private void logInFailed(RoutingContext ctx, Throwable cause) {
    if (isRefusal(cause)) {
      logInPage(ctx, cause.getMessage());
    } else {
      ctx.fail(cause);
    }
  }

  private void logOut(RoutingContext ctx) {
    if (!Origin.isOwn(ctx.request())) {
      ctx.fail(new Refusal(ErrorCode.FORBIDDEN, "there is nothing to log out of from there"));
      return;
    }
    ctx.response().addCookie(SessionCookie.make("", 0, Origin.isSecure(ctx.request())));
    ctx.response().setStatusCode(204).end();
  }

  private void subscribe(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    // Nothing of the socket is read before it is one.
    request.pause();
    Supplier<Future<Void>> admission = access.admission(request);
    admission.get().onSuccess(admitted -> subscribe(ctx, admission)).onFailure(ctx::fail);
  }

  /** The cookie comes with what a page of another origin asks for too. */
  private void subscribe(RoutingContext ctx, Supplier<Future<Void>> admission) {
    HttpServerRequest request = ctx.request();
    String upgrade = request.getHeader(HttpHeaders.UPGRADE);
    if (!Origin.isOwn(request)) {
      ctx.fail(
          Refusal.of(ErrorCode.FORBIDDEN, "Origin", Origin.of(request), "a page of this server"));
    } else if (!"websocket".equalsIgnoreCase(upgrade)) {
      ctx.fail(Refusal.of(ErrorCode.BAD_REQUEST, "Upgrade", upgrade, "websocket"));
    } else if (feed.refusal() != null) {
      ctx.fail(feed.refusal());
    } else {
      request.toWebSocket().onSuccess(socket -> feed.accept(socket, admission));
    }
  }

  /** The node stops: tells each console to reconnect. Any thread. */
  public void close() {
    context.runOnContext(ignored -> feed.close());
  }

  Feed feed() {
    return feed;
  }
}
