package io.mycelium.access.token;

import io.mycelium.access.AccessConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys at one address, of one realm: each realm that names the address has its own, so that no
 * {@code kid} of one is ever another's. Fetched when they are first needed, when one is asked for
 * that is not known, and when they are old; while that fails, those that are there stay.
 *
 * <p>Any thread. A lock is held only to decide on a fetch; a known key is found without it.
 */
final class JwksUrl {
  private static final Logger log = LoggerFactory.getLogger(JwksUrl.class);
  private static final long NEVER = Long.MIN_VALUE;

  private record Fetched(List<VerificationKey> keys, long at) {}

  private final Vertx vertx;
  private final HttpClient client;
  private final String url;
  private final long maxAge;
  private final long refetch;
  private final long timeout;
  private final LongSupplier clock;

  private volatile Fetched fetched;
  private Future<Void> running;
  private long triedAt = NEVER;

  /**
   * @param clock milliseconds of whatever beginning
   */
  JwksUrl(Vertx vertx, String url, AccessConfig config, LongSupplier clock) {
    this.vertx = vertx;
    this.url = url;
    this.maxAge = config.jwksMaxAge().toMillis();
    this.refetch = config.jwksRefetch().toMillis();
    this.timeout = config.jwksTimeout().toMillis();
    this.clock = clock;
    this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout((int) timeout));
  }

  /**
   * The keys that may have signed a token with that header, perhaps none.
   *
   * @return fails with {@code keys_unavailable} if none could be fetched yet
   */
  Future<List<VerificationKey>> keys(Algorithm algorithm, String kid) {
    Fetched known = fetched;
    if (known != null && known.keys().stream().anyMatch(key -> key.fits(algorithm, kid))) {
      if (clock.getAsLong() - known.at() > maxAge) {
        fetch();
      }
      return Future.succeededFuture(known.keys());
    }
    return fetch().transform(done -> answer());
  }

  private Future<List<VerificationKey>> answer() {
    Fetched known = fetched;
    return known == null
        ? Future.failedFuture(
            new Refusal(
                ErrorCode.KEYS_UNAVAILABLE,
                "the keys that tokens are checked with cannot be fetched just now"))
        : Future.succeededFuture(known.keys());
  }

  /** Completes when what is to be known is: at once if it is too early for another try. */
  private synchronized Future<Void> fetch() {
    if (running != null) {
      return running;
    }
    long now = clock.getAsLong();
    if (triedAt != NEVER && now - triedAt < refetch) {
      return Future.succeededFuture();
    }
    triedAt = now;
    Promise<Void> round = Promise.promise();
    running = round.future();
    onContext()
        .compose(body -> vertx.executeBlocking(() -> JwkSet.parse(vertx, url, body.getBytes())))
        .onComplete(keys -> end(round, keys.result(), keys.cause()));
    return round.future();
  }

  /**
   * On one context from request to end. Without one, each step is a task of its own, and a short
   * answer may have ended before its handlers are set.
   */
  private Future<Buffer> onContext() {
    Promise<Buffer> body = Promise.promise();
    vertx
        .getOrCreateContext()
        .runOnContext(
            ignored -> Future.succeededFuture().compose(begun -> request()).onComplete(body));
    return body.future();
  }

  private Future<Buffer> request() {
    RequestOptions options =
        new RequestOptions()
            .setAbsoluteURI(url)
            .setMethod(HttpMethod.GET)
            .setFollowRedirects(false)
            .setTimeout(timeout)
            .putHeader("Accept", "application/json");
    Future<Buffer> body = client.request(options).compose(sent -> sent.send()).compose(this::body);
    return body.timeout(timeout, TimeUnit.MILLISECONDS);
  }

  /** So much and no more, whatever the length that was promised. */
  private Future<Buffer> body(HttpClientResponse response) {
    Promise<Buffer> whole = Promise.promise();
    response.exceptionHandler(whole::tryFail);
    if (response.statusCode() != 200) {
      whole.fail("it answered " + response.statusCode() + ", expected 200");
      response.request().reset();
      return whole.future();
    }
    Buffer bytes = Buffer.buffer();
    response.handler(
        part -> {
          bytes.appendBuffer(part);
          if (bytes.length() > JwkSet.MAX_BYTES
              && whole.tryFail("it is above " + JwkSet.MAX_BYTES + " bytes")) {
            response.request().reset();
          }
        });
    response.endHandler(ended -> whole.tryComplete(bytes));
    return whole.future();
  }

  private void end(Promise<Void> round, List<VerificationKey> keys, Throwable failure) {
    if (failure == null) {
      fetched = new Fetched(keys, clock.getAsLong());
      log.debug("{} keys from {}", keys.size(), url);
    } else {
      log.warn(
          "keys not fetched from {}: {}; {}",
          url,
          String.valueOf(failure.getMessage()).replaceAll("\\p{Cc}", "?"),
          fetched == null ? "there are none yet" : "those fetched before stay");
    }
    synchronized (this) {
      running = null;
    }
    // Outside the lock: whoever waits goes on here.
    round.complete();
  }

  void close() {
    client.close();
  }
}
