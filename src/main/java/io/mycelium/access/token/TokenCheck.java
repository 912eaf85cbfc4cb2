package io.mycelium.access.token;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Identity;
import io.mycelium.access.KeySource;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Turns a token into an identity, or says why the token is not valid. The token's {@code iss}
 * selects the realm whose keys must verify the token, a tenant's or the node's own; no other claim
 * is used before the signature is verified.
 *
 * <p>Any thread; a node may have one for all its event loops, or one for each.
 */
public final class TokenCheck {
  private final Realm own;
  private final Map<String, List<Realm>> tenants = new HashMap<>();
  private final long leeway;
  private final LongSupplier now;

  private TokenCheck(Vertx vertx, AccessConfig config, KeySource own, LongSupplier now) {
    LongSupplier clock = () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    this.own = new Realm(vertx, own, config, clock);
    for (KeySource source : config.tenantKeySources()) {
      tenants
          .computeIfAbsent(source.issuer(), issuer -> new ArrayList<>())
          .add(new Realm(vertx, source, config, clock));
    }
    this.leeway = config.leeway().toSeconds();
    this.now = now;
  }

  /**
   * Reads the files with keys, so it blocks.
   *
   * @param own the node's own keys: {@link AccessConfig#keySource}, or the same with a secret that
   *     the node made
   * @throws Refusal {@code invalid_config} for an unusable key
   */
  public static TokenCheck of(Vertx vertx, AccessConfig config, KeySource own) {
    return of(vertx, config, own, () -> System.currentTimeMillis() / 1000);
  }

  /**
   * @param now seconds since 1970
   */
  static TokenCheck of(Vertx vertx, AccessConfig config, KeySource own, LongSupplier now) {
    return new TokenCheck(vertx, config, own, now);
  }

  /**
   * @return completes on the caller's context, mostly at once: it waits only for keys that must be
   *     fetched. Fails with a {@link Refusal}, {@code unauthorized} or {@code keys_unavailable}
   */
  public Future<Identity> check(String token) {
    Claims claims;
    Realm realm;
    Future<Void> verified;
    try {
      RawToken raw = RawToken.parse(token);
      // The claims are read before the signature is checked, so that Vert.x sees no claim of a
      // wrong type.
      claims = Claims.read(raw.payload());
      realm = realm(claims);
      verified = realm.verify(raw);
    } catch (Refusal refusal) {
      return Future.failedFuture(refusal);
    }
    return onCallersContext(verified).compose(done -> identity(realm, claims));
  }

  /** A fetch ends on the event loop that began it, which may be another one. */
  private static Future<Void> onCallersContext(Future<Void> future) {
    Context context = Vertx.currentContext();
    if (future.isComplete() || context == null) {
      return future;
    }
    Promise<Void> here = Promise.promise();
    future.onComplete(
        done ->
            context.runOnContext(
                ignored -> {
                  if (done.succeeded()) {
                    here.complete();
                  } else {
                    here.fail(done.cause());
                  }
                }));
    return here.future();
  }

  /** Tenants with the same issuer differ in their audience. */
  private Realm realm(Claims claims) {
    List<Realm> candidates = tenants.getOrDefault(claims.issuer(), List.of());
    if (candidates.isEmpty()) {
      return own;
    }
    return candidates.stream()
        .filter(realm -> claims.audience().contains(realm.source().audience()))
        .findFirst()
        .orElse(candidates.get(0));
  }

  private Future<Identity> identity(Realm realm, Claims claims) {
    String wrong = wrong(realm.source(), claims);
    return wrong == null
        ? Future.succeededFuture(claims.identity(realm.source().tenant(), leeway))
        : Future.failedFuture(RawToken.unauthorized(wrong));
  }

  private String wrong(KeySource source, Claims claims) {
    long time = now.getAsLong();
    if (!source.issuer().isEmpty() && !source.issuer().equals(claims.issuer())) {
      return "the token's issuer (iss) is " + claims.issuer() + ", expected " + source.issuer();
    }
    if (!source.audience().isEmpty() && !claims.audience().contains(source.audience())) {
      return "the token's audience (aud) is "
          + claims.audience()
          + ", expected "
          + source.audience();
    }
    if (claims.expires() != Identity.NEVER && time >= claims.expires() + leeway) {
      return "the token expired at " + Instant.ofEpochSecond(claims.expires());
    }
    if (claims.notBefore() > time + leeway) {
      return "the token is not valid before " + Instant.ofEpochSecond(claims.notBefore());
    }
    if (claims.issuedAt() > time + leeway) {
      return "the token was issued in the future, at " + Instant.ofEpochSecond(claims.issuedAt());
    }
    return null;
  }

  /**
   * How old the keys are that cannot be fetched, in milliseconds: the oldest of all realms. 0 while
   * all can be fetched.
   */
  public long staleMs() {
    long tenantsOldest =
        tenants.values().stream().flatMap(List::stream).mapToLong(Realm::staleMs).max().orElse(0);
    return Math.max(own.staleMs(), tenantsOldest);
  }

  public void close() {
    own.close();
    tenants.values().forEach(realms -> realms.forEach(Realm::close));
  }
}
