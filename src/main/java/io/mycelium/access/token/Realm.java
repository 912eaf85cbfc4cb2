package io.mycelium.access.token;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.KeyConfig;
import io.mycelium.access.KeySource;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * The keys of one realm: the node's own, or one tenant's. A realm never uses the keys of another.
 */
final class Realm {
  /** A token that names no key must not cost many checks. */
  private static final int MAX_TRIES = 4;

  private final KeySource source;
  private final List<VerificationKey> configured;
  private final JwksUrl url;

  /** Reads the files of its keys, so it blocks. */
  Realm(Vertx vertx, KeySource source, AccessConfig config, LongSupplier clock) {
    this.source = source;
    List<VerificationKey> keys = new ArrayList<>();
    for (KeyConfig key : source.configured()) {
      keys.add(VerificationKey.of(vertx, key));
    }
    if (!source.jwksFile().isEmpty()) {
      keys.addAll(JwkSet.read(vertx, source.jwksFile()));
    }
    this.configured = List.copyOf(keys);
    this.url =
        source.jwksUrl().isEmpty() ? null : new JwksUrl(vertx, source.jwksUrl(), config, clock);
  }

  KeySource source() {
    return source;
  }

  /** Null if it has no secret to sign with. */
  VerificationKey signer() {
    return configured.stream()
        .filter(key -> key.algorithm().family() == null)
        .findFirst()
        .orElse(null);
  }

  /** Completes if a key of this realm signed the token; fails with {@code unauthorized} if none. */
  Future<Void> verify(RawToken token) {
    if (configured.stream().anyMatch(key -> fits(key, token) && key.verifies(token))) {
      return Future.succeededFuture();
    }
    // A secret is never published, so such a token is not worth a fetch.
    if (url == null || token.algorithm().family() == null) {
      return refuse(token, List.of());
    }
    return url.keys(token.algorithm(), token.kid()).compose(keys -> verify(token, keys));
  }

  private Future<Void> verify(RawToken token, List<VerificationKey> published) {
    List<VerificationKey> fitting = published.stream().filter(key -> fits(key, token)).toList();
    if (token.kid() == null && fitting.size() > MAX_TRIES) {
      return Future.failedFuture(
          RawToken.unauthorized(
              "the token names no key (kid), and there are "
                  + fitting.size()
                  + " for "
                  + token.algorithm()));
    }
    return fitting.stream().anyMatch(key -> key.verifies(token))
        ? Future.succeededFuture()
        : refuse(token, published);
  }

  private static boolean fits(VerificationKey key, RawToken token) {
    return key.fits(token.algorithm(), token.kid());
  }

  /** Tells a missing key from a wrong signature. */
  private Future<Void> refuse(RawToken token, List<VerificationKey> published) {
    List<VerificationKey> all = new ArrayList<>(configured);
    all.addAll(published);
    if (all.stream().anyMatch(key -> fits(key, token))) {
      return Future.failedFuture(
          RawToken.unauthorized("the token's signature is not by a configured key"));
    }
    if (all.isEmpty()) {
      return Future.failedFuture(
          RawToken.unauthorized("no key is configured that tokens are checked with"));
    }
    TreeSet<String> algorithms = new TreeSet<>();
    all.forEach(key -> algorithms.add(key.algorithm().name()));
    return Future.failedFuture(
        RawToken.unauthorized(
            algorithms.contains(token.algorithm().name())
                ? "the token's kid is that of no key for " + token.algorithm()
                : "the token's alg is "
                    + token.algorithm()
                    + ", expected that of a configured key: "
                    + String.join(", ", algorithms)));
  }

  /** See {@link JwksUrl#staleMs}; 0 without a URL. */
  long staleMs() {
    return url == null ? 0 : url.staleMs();
  }

  void close() {
    if (url != null) {
      url.close();
    }
  }
}
