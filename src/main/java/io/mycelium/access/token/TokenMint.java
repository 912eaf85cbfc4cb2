package io.mycelium.access.token;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.KeySource;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;

/** Makes tokens with a configured secret. For the command line and for tests. */
public final class TokenMint {
  private TokenMint() {}

  /**
   * @param source the realm of the token: its first secret signs, and the token names its issuer
   *     and audience
   * @param claims {@code sub}, {@code instances}, {@code rooms}, {@code scope}, {@code caps}
   * @param life time until the token expires, at least a second
   * @throws Refusal {@code invalid_config} if there are public keys only, {@code unauthorized} for
   *     claims that no token may have
   */
  public static String make(
      Vertx vertx, AccessConfig config, KeySource source, JsonObject claims, Duration life) {
    Realm realm = new Realm(vertx, source, config, () -> 0);
    try {
      VerificationKey key = realm.signer();
      if (key == null) {
        throw new Refusal(
            ErrorCode.INVALID_CONFIG,
            source.isEmpty()
                ? "no key is configured that a token could be signed with"
                : "only public keys are configured: whoever has the private key makes the tokens");
      }
      long now = Instant.now().getEpochSecond();
      JsonObject all = claims.copy().put("iat", now).put("exp", now + life.toSeconds());
      all.put("jti", UUID.randomUUID().toString());
      if (!source.issuer().isEmpty()) {
        all.put("iss", source.issuer());
      }
      if (!source.audience().isEmpty()) {
        all.put("aud", source.audience());
      }
      JsonObject header = new JsonObject();
      if (!key.id().isEmpty()) {
        header.put("kid", key.id());
      }
      JWTOptions options = new JWTOptions().setAlgorithm(key.algorithm().name()).setHeader(header);
      String token = key.signer().generateToken(all, options);
      Claims.read(RawToken.parse(token).payload());
      return token;
    } finally {
      realm.close();
    }
  }
}
