package io.mycelium.access.token;

import io.mycelium.access.KeyConfig;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Base64;

/**
 * One key with its one algorithm. Each key has its own Vert.x verifier, so that the header of a
 * token cannot choose another algorithm. Any thread; a check takes some microseconds for HMAC and
 * about a tenth of a millisecond for the other algorithms.
 */
final class VerificationKey {
  private final String id;
  private final Algorithm algorithm;
  private final JWTAuth verifier;

  private VerificationKey(Vertx vertx, String id, Algorithm algorithm, Buffer key) {
    this.id = id;
    this.algorithm = algorithm;
    PubSecKeyOptions options = new PubSecKeyOptions().setAlgorithm(algorithm.name()).setBuffer(key);
    // Times are checked by TokenCheck, which says what is wrong.
    JWTOptions times = new JWTOptions().setIgnoreExpiration(true);
    this.verifier =
        JWTAuth.create(vertx, new JWTAuthOptions().addPubSecKey(options).setJWTOptions(times));
  }

  static VerificationKey of(Vertx vertx, KeyConfig config) {
    Algorithm algorithm = Algorithm.named(config.algorithm());
    return config.isSecret()
        ? new VerificationKey(
            vertx,
            config.id(),
            algorithm,
            Buffer.buffer(config.secret().getBytes(StandardCharsets.UTF_8)))
        : of(vertx, config.id(), algorithm, PemFile.read(config.file(), algorithm));
  }

  /**
   * @param id may be empty
   * @param key a key that fits the algorithm
   */
  static VerificationKey of(Vertx vertx, String id, Algorithm algorithm, PublicKey key) {
    String base64 = Base64.getMimeEncoder().encodeToString(key.getEncoded());
    String pem = "-----BEGIN PUBLIC KEY-----\n" + base64 + "\n-----END PUBLIC KEY-----\n";
    return new VerificationKey(vertx, id, algorithm, Buffer.buffer(pem));
  }

  /** The {@code kid} that tokens of this key must have; empty if any will do. */
  String id() {
    return id;
  }

  Algorithm algorithm() {
    return algorithm;
  }

  /** Whether this key may have signed a token with that header; {@code kid} may be null. */
  boolean fits(Algorithm alg, String kid) {
    return algorithm == alg && (kid == null || id.isEmpty() || id.equals(kid));
  }

  /**
   * Whether this key signed the token. The token comes from {@link RawToken#parse} and has the
   * algorithm of this key. Vert.x compares HMACs in constant time.
   */
  boolean verifies(RawToken token) {
    try {
      return verifier.authenticate(new TokenCredentials(token.text())).succeeded();
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Signs tokens; for HMAC only. */
  JWTAuth signer() {
    return verifier;
  }
}
