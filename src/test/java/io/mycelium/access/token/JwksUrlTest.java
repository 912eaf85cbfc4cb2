package io.mycelium.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mycelium.access.AccessConfig;
import io.mycelium.config.ConfigLoader;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Keys of an identity provider, which is a real server here. */
class JwksUrlTest {
  private static final long REFETCH = 30_000;
  private static final long MAX_AGE = 600_000;
  private static final long MAX_STALE = 24 * 3_600_000;

  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger asked = new AtomicInteger();
  private final Vertx vertx = Vertx.vertx();
  private volatile JsonArray published = new JsonArray();
  private volatile Consumer<HttpServerRequest> provider = this::serve;
  private HttpServer server;
  private JwksUrl url;

  @BeforeEach
  void start() {
    server =
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  asked.incrementAndGet();
                  provider.accept(request);
                })
            .listen(0, "127.0.0.1")
            .await();
    url = url("/keys");
  }

  @AfterEach
  void close() {
    url.close();
    vertx.close().await();
  }

  @Test
  void keysOfEveryKindAreFetchedOnceAndVerify() throws Exception {
    List<Signer> signers = new ArrayList<>();
    List<String> algorithms = List.of("RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA");
    for (String algorithm : algorithms) {
      signers.add(Signer.of(algorithm));
      // Of what has one usual algorithm, some providers do not name it.
      boolean named = algorithm.startsWith("PS");
      published.add(signers.get(signers.size() - 1).jwk(algorithm, named ? algorithm : null));
    }
    for (int i = 0; i < algorithms.size(); i++) {
      String token = signers.get(i).token(algorithms.get(i), new JsonObject().put("sub", "ada"));
      assertThat(isVerified(token)).as(algorithms.get(i)).isTrue();
    }
    assertThat(asked).hasValue(1);
  }

  /** Again and again: the answer's handlers must be set before the answer, on any thread. */
  @RepeatedTest(40)
  void newKeyIsFetchedAndTheOldOneIsGone() throws Exception {
    Signer before = Signer.of("ES256");
    Signer after = Signer.of("ES256");
    published.add(before.jwk("1", "ES256"));
    assertThat(isVerified(before.token("1", claims()))).isTrue();

    published = new JsonArray().add(after.jwk("2", "ES256"));
    clock.addAndGet(REFETCH);
    assertThat(isVerified(after.token("2", claims()))).isTrue();
    assertThat(isVerified(before.token("1", claims()))).isFalse();
    assertThat(asked).hasValue(2);
  }

  @Test
  void tenThousandUnknownKeysAreOneFetch() throws Exception {
    Signer signer = Signer.of("ES256");
    published.add(signer.jwk("1", "ES256"));
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    clock.addAndGet(REFETCH);
    for (int i = 0; i < 10_000; i++) {
      assertThat(url.keys(Algorithm.ES256, "evil" + i).await()).hasSize(1);
    }
    assertThat(asked).hasValue(2);
  }

  @Test
  void outageLeavesTheKeysThatAreThere() throws Exception {
    Signer signer = Signer.of("ES256");
    published.add(signer.jwk("1", "ES256"));
    assertThat(isVerified(signer.token("1", claims()))).isTrue();

    server.close().await();
    clock.addAndGet(MAX_AGE + 1);
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    clock.addAndGet(REFETCH);
    assertThat(url.keys(Algorithm.ES256, "unknown").await()).hasSize(1);
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
  }

  @Test
  void keysThatCouldNotBeFetchedForADayAreNotBelievedUntilAFetchSucceeds() throws Exception {
    Signer signer = Signer.of("ES256");
    published.add(signer.jwk("1", "ES256"));
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    provider = request -> request.response().setStatusCode(500).end("oops");
    clock.addAndGet(MAX_STALE);
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    assertThat(url.keys(Algorithm.ES256, "unknown").await()).hasSize(1);
    assertThat(url.staleMs()).isEqualTo(MAX_STALE);

    Logger log = (Logger) LoggerFactory.getLogger(JwksUrl.class);
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    lines.start();
    log.addAppender(lines);
    clock.addAndGet(REFETCH);
    refusedThrice();
    log.detachAppender(lines);
    assertThat(lines.list)
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.getFormattedMessage())
                    .contains("older than access.jwks_max_stale"));
    assertThat(url.staleMs()).isEqualTo(MAX_STALE + 4 * REFETCH);

    provider = this::serve;
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    assertThat(url.staleMs()).isZero();
  }

  private void refusedThrice() {
    for (int i = 0; i < 3; i++) {
      unavailable();
      clock.addAndGet(REFETCH);
    }
  }

  /** Nobody brought a token for days; the provider was up all the time. */
  @Test
  void oldKeysAreFetchedAnewBeforeTheyAreRefused() throws Exception {
    Signer signer = Signer.of("ES256");
    published.add(signer.jwk("1", "ES256"));
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    clock.addAndGet(3 * MAX_STALE);
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    assertThat(asked).hasValue(2);
  }

  @Test
  void withoutAnyKeyItIsUnavailableAndTriedAgainAfterAWhile() throws Exception {
    provider = request -> request.response().setStatusCode(500).end("oops");
    unavailable();
    unavailable();
    assertThat(asked).hasValue(1);

    Signer signer = Signer.of("ES256");
    published.add(signer.jwk("1", "ES256"));
    provider = this::serve;
    clock.addAndGet(REFETCH);
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
  }

  @Test
  void askersOfOneMomentShareOneFetch() throws Exception {
    published.add(Signer.of("ES256").jwk("1", "ES256"));
    CountDownLatch arrived = new CountDownLatch(1);
    Promise<Void> gate = Promise.promise();
    provider =
        request -> {
          arrived.countDown();
          gate.future().onSuccess(open -> serve(request));
        };
    List<Future<List<VerificationKey>>> asking = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      asking.add(url.keys(Algorithm.ES256, "1"));
    }
    arrived.await();
    gate.complete();
    Future.all(asking).await();
    assertThat(asked).hasValue(1);
  }

  @Test
  void redirectIsNotFollowed() {
    provider =
        request -> {
          if (request.path().equals("/keys")) {
            request.response().setStatusCode(302).putHeader("Location", "/elsewhere").end();
          } else {
            serve(request);
          }
        };
    unavailable();
    assertThat(asked).hasValue(1);
  }

  @Test
  void answerWithoutEndIsCutOff() {
    provider =
        request -> {
          request.response().setChunked(true);
          Context context = vertx.getOrCreateContext();
          context.runOnContext(ignored -> flood(context, request));
        };
    unavailable();
  }

  @Test
  void answerThatNeverComesIsGivenUp() {
    provider = request -> {};
    url.close();
    url = new JwksUrl(vertx, config("/keys").jwksUrl(), config("/keys", "100ms"), clock::get);
    unavailable();
  }

  @Test
  void setWithAPrivateKeyIsRefusedWhole() throws Exception {
    Signer good = Signer.of("ES256");
    published
        .add(good.jwk("good", "ES256"))
        .add(Signer.of("RS256").jwk("bad", null).put("d", "AQ"));
    unavailable();
    assertThatThrownBy(() -> parse(published))
        .hasMessageContaining("the key \"bad\" has the secret part d; whoever read it can make");
    assertThatThrownBy(() -> parse(new JsonArray().add(secretKey())))
        .hasMessageContaining("has the secret part k");
  }

  @Test
  void keysForOtherUsesArePassedOver() throws Exception {
    Signer signer = Signer.of("ES256");
    published
        .add(signer.jwk("1", "ES256"))
        .add(Signer.of("RS256").jwk("enc", "RSA-OAEP"))
        .add(Signer.of("RS256").jwk("enc2", null).put("use", "enc"))
        .add(Signer.of("RS256").jwk("short", null).put("n", "AQAB"))
        .add(Signer.of("ES256").jwk("odd", "RS256"))
        .add(new JsonObject().put("kty", "future"));
    assertThat(parse(published)).extracting(VerificationKey::id).containsExactly("1");
    assertThatThrownBy(() -> parse(new JsonArray()))
        .hasMessageContaining("at least one public key");
  }

  /** CVE-2026-49998: two realms with one address and one kid, of which one was fetched earlier. */
  @Test
  void keysOfOneRealmAreNotAnothers() throws Exception {
    Signer signer = Signer.of("ES256");
    published.add(signer.jwk("1", "ES256"));
    assertThat(isVerified(signer.token("1", claims()))).isTrue();
    JwksUrl other = url("/other");
    published = new JsonArray().add(Signer.of("ES256").jwk("1", "ES256"));
    RawToken token = RawToken.parse(signer.token("1", claims()));
    assertThat(other.keys(Algorithm.ES256, "1").await()).noneMatch(key -> key.verifies(token));
    other.close();
  }

  @Test
  void tokenCheckGoesOnWhereItsCallerIs() throws Exception {
    Signer signer = Signer.of("ES256");
    published.add(signer.jwk("1", "ES256"));
    TokenCheck check = TokenCheck.of(vertx, config("/keys"), config("/keys").keySource());
    String token = signer.token("1", claims());
    Promise<Boolean> same = Promise.promise();
    Context context = vertx.getOrCreateContext();
    context.runOnContext(
        ignored ->
            check
                .check(token)
                .onComplete(
                    done -> same.complete(done.succeeded() && Vertx.currentContext() == context)));
    assertThat(same.future().await()).isTrue();
    check.close();
  }

  private void flood(Context context, HttpServerRequest request) {
    if (!request.response().closed()) {
      request.response().write(" ".repeat(64 << 10)).onSuccess(sent -> flood(context, request));
    }
  }

  private void serve(HttpServerRequest request) {
    request.response().end(new JsonObject().put("keys", published).encode());
  }

  private void unavailable() {
    assertThatThrownBy(() -> url.keys(Algorithm.ES256, "1").await())
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.KEYS_UNAVAILABLE));
  }

  private boolean isVerified(String token) {
    RawToken raw = RawToken.parse(token);
    return url.keys(raw.algorithm(), raw.kid()).await().stream()
        .anyMatch(key -> key.fits(raw.algorithm(), raw.kid()) && key.verifies(raw));
  }

  private List<VerificationKey> parse(JsonArray keys) {
    return JwkSet.parse(vertx, "here", new JsonObject().put("keys", keys).toBuffer().getBytes());
  }

  private static JsonObject secretKey() {
    return new JsonObject().put("kty", "oct").put("k", "AAAA");
  }

  private static JsonObject claims() {
    return new JsonObject().put("sub", "ada");
  }

  private JwksUrl url(String path) {
    return new JwksUrl(vertx, config(path).jwksUrl(), config(path), clock::get);
  }

  private AccessConfig config(String path) {
    return config(path, "1m");
  }

  private AccessConfig config(String path, String timeout) {
    Map<String, String> variables =
        Map.of(
            "MYCELIUM_ACCESS_JWKS_URL",
            "http://127.0.0.1:" + server.actualPort() + path,
            "MYCELIUM_ACCESS_JWKS_TIMEOUT",
            timeout);
    return new ConfigLoader(variables).load(null, Map.of()).access();
  }
}
