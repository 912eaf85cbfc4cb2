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
 * The keys at one address, for one realm. Two realms that name the same address fetch and keep
 * their keys apart, so that a {@code kid} of one realm never finds a key of the other.
 *
 * <p>Keys are fetched when they are first needed, when a token names an unknown key, and when the
 * keys are older than {@code access.jwks_max_age}. While a fetch fails, the keys fetched before
 * stay in use, up to an age of {@code access.jwks_max_stale}.
 *
 * <p>Any thread. The lock is held only to begin and to end a fetch; a known key is found without
 * it.
 */
final class JwksUrl {
  private static final Logger log = LoggerFactory.getLogger(JwksUrl.class);
  private static final long NEVER = Long.MIN_VALUE;

  private record Fetched(List<VerificationKey> keys, long at) {}

  private final Vertx vertx;
  private final HttpClient client;
  private final String url;
  private final long maxAge;
  private final long maxStale;
  private final long refetch;
  private final long timeout;
  private final LongSupplier clock;

  private volatile Fetched fetched;
  private Future<Void> running;
  private long triedAt = NEVER;

  /** When the keys were last fetched or first tried, while fetches fail; else {@link #NEVER}. */
  private volatile long failingSince = NEVER;

  private boolean staleLogged;

  /**
   * @param clock milliseconds since any fixed moment
   */
  JwksUrl(Vertx vertx, String url, AccessConfig config, LongSupplier clock) {
    this.vertx = vertx;
    this.url = url;
    this.maxAge = config.jwksMaxAge().toMillis();
    this.maxStale = config.jwksMaxStale().toMillis();
    this.refetch = config.jwksRefetch().toMillis();
    this.timeout = config.jwksTimeout().toMillis();
    this.clock = clock;
    this.client = vertx.createHttpClient(new HttpClientOptions().setConnectTimeout((int) timeout));
  }

  /**
   * The keys that may have signed a token with that header, perhaps none.
   *
   * @return fails with {@code keys_unavailable} if no keys could be fetched, or only keys that are
   *     too old by now
   */
  Future<List<VerificationKey>> keys(Algorithm algorithm, String kid) {
    Fetched known = usable();
    if (known != null && known.keys().stream().anyMatch(key -> key.fits(algorithm, kid))) {
      if (age(known) > maxAge) {
        fetch();
      }
      return Future.succeededFuture(known.keys());
    }
    return fetch().transform(done -> answer());
  }

  /** Null if there are no keys that are young enough. */
  private Fetched usable() {
    Fetched known = fetched;
    return known == null || age(known) > maxStale ? null : known;
  }

  private long age(Fetched known) {
    return clock.getAsLong() - known.at();
  }

  /** How old the keys are while they cannot be fetched, in milliseconds; 0 while they can. */
  long staleMs() {
    long since = failingSince;
    return since == NEVER ? 0 : clock.getAsLong() - since;
  }

  private Future<List<VerificationKey>> answer() {
    Fetched known = usable();
    return known == null
        ? Future.failedFuture(
            new Refusal(
                ErrorCode.KEYS_UNAVAILABLE,
                "the keys that tokens are checked with cannot be fetched just now"))
        : Future.succeededFuture(known.keys());
  }

  /** Completes when the running fetch ends, or at once if it is too early for another fetch. */
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
   * Runs on one context from the request to the end of the answer. Without a context, each step is
   * a task of its own, and a short answer may end before its handlers are set.
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

  /** Reads no more than the limit, whatever length the answer announces. */
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
    synchronized (this) {
      running = null;
      if (failure == null) {
        fetched = new Fetched(keys, clock.getAsLong());
        failingSince = NEVER;
        staleLogged = false;
        log.debug("{} keys from {}", keys.size(), url);
      } else {
        failed(failure);
      }
    }
    // Outside the lock, because the code that waits for the keys runs in this call.
    round.complete();
  }

  private void failed(Throwable failure) {
    if (failingSince == NEVER) {
      failingSince = fetched == null ? clock.getAsLong() : fetched.at();
    }
    String cause = String.valueOf(failure.getMessage()).replaceAll("\\p{Cc}", "?");
    if (fetched != null && usable() == null) {
      if (!staleLogged) {
        staleLogged = true;
        log.error(
            "keys not fetched from {}: {}; those fetched before are older than"
                + " access.jwks_max_stale, so tokens are refused until a fetch succeeds",
            url,
            cause);
      }
    } else {
      String rest = fetched == null ? "there are none yet" : "those fetched before stay";
      log.warn("keys not fetched from {}: {}; {}", url, cause, rest);
    }
  }

  void close() {
    client.close();
  }
}
