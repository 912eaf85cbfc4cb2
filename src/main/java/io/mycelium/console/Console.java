package io.mycelium.console;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Context;
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

/**
 * The console of one web verticle, at {@code /console}: the pages for clients with access, the
 * log-in page for others if a token is configured, and the feed at {@code /console/feed}.
 */
public final class Console {
  private static final String PAGE = "web/console/index.html";
  private static final String LOGIN = "web/console/login.html";
  private static final String WRONG_TOKEN =
      "<p class=\"error\" role=\"alert\">That is not the token.</p>";

  /** Files that the log-in page needs too; they are not secret. */
  private static final String STYLE = "/console/console.css";

  /**
   * With {@code no-referrer}, the policy of all other pages, a browser sends {@code Origin: null}
   * with a form (Fetch standard, "append a request Origin header"), and log-in checks the origin.
   */
  private static final String LOGIN_REFERRER = "same-origin";

  private static final String PATHS = "/console*";
  private static final int MAX_FORM = 4096;
  private static final int LOGIN_DELAY_MS = 500;

  private final Vertx vertx;
  private final String page = read(PAGE);
  private final String logIn = read(LOGIN);
  private final Context context;
  private final ConsoleConfig config;
  private final Access access;
  private final Feed feed;

  /** Call it on the web verticle's context. */
  public Console(Vertx vertx, ConsoleConfig config, Sampler sampler) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.config = config;
    this.access = new Access(config, System::currentTimeMillis);
    this.feed = new Feed(vertx, sampler);
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
    router.route(PATHS).handler(this::admit);
    router.get("/console/logout").handler(this::logOut);
    for (String path : new String[] {"/console", "/console/node", "/console/instances/:id"}) {
      router.get(path).handler(ctx -> answer(ctx, 200, page));
    }
  }

  private void admit(RoutingContext ctx) {
    Refusal refusal = access.refusal(ctx.request());
    ctx.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    if (refusal == null || ctx.normalizedPath().equals(STYLE)) {
      ctx.next();
    } else if (refusal.code() == ErrorCode.UNAUTHORIZED && wantsPage(ctx.request())) {
      logInPage(ctx, "");
    } else {
      ctx.fail(refusal);
    }
  }

  private static boolean wantsPage(HttpServerRequest request) {
    String accept = request.getHeader(HttpHeaders.ACCEPT);
    return accept != null && accept.contains("text/html");
  }

  /**
   * @param error HTML for the page's error slot
   */
  private void logInPage(RoutingContext ctx, String error) {
    ctx.response().putHeader("Referrer-Policy", LOGIN_REFERRER);
    answer(ctx, 401, logIn.replace("<!--error-->", error));
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
    if (!access.needsToken() || !Access.isSameOrigin(request)) {
      ctx.fail(new Refusal(ErrorCode.FORBIDDEN, "there is nothing to log in to from there"));
    } else if (access.isToken(request.getFormAttribute("token"))) {
      ctx.response().addCookie(access.session(request.isSSL()));
      ctx.redirect("/console");
    } else {
      vertx.setTimer(LOGIN_DELAY_MS, ignored -> logInPage(ctx, WRONG_TOKEN));
    }
  }

  private void logOut(RoutingContext ctx) {
    ctx.response().addCookie(access.session(ctx.request().isSSL()).setValue("").setMaxAge(0));
    ctx.redirect("/console");
  }

  private void subscribe(RoutingContext ctx) {
    HttpServerRequest request = ctx.request();
    Refusal refusal = access.refusal(request);
    String upgrade = request.getHeader(HttpHeaders.UPGRADE);
    if (refusal != null) {
      ctx.fail(refusal);
    } else if (!Access.isSameOrigin(request)) {
      String origin = request.getHeader(HttpHeaders.ORIGIN);
      ctx.fail(Refusal.of(ErrorCode.FORBIDDEN, "Origin", origin, "a page of this server"));
    } else if (!"websocket".equalsIgnoreCase(upgrade)) {
      ctx.fail(Refusal.of(ErrorCode.BAD_REQUEST, "Upgrade", upgrade, "websocket"));
    } else if (feed.refusal() != null) {
      ctx.fail(feed.refusal());
    } else {
      request.toWebSocket().onSuccess(feed::accept);
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
