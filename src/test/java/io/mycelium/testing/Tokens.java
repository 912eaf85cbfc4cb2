package io.mycelium.testing;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Authenticators;
import io.mycelium.access.KeySource;
import io.mycelium.access.Revocations;
import io.mycelium.access.token.TokenAuthenticator;
import io.mycelium.access.token.TokenCheck;
import io.mycelium.access.token.TokenMint;
import io.mycelium.config.ConfigLoader;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;

/** Tokens, and what a node needs to ask for them. */
public final class Tokens implements AutoCloseable {
  public static final String SECRET = "a secret for tests, of more than thirty-two bytes";

  private static final String TENANTS =
      """
      {"acme": {"prefix": "acme-", "secret": "a secret of acme, of more than thirty-two bytes"},
       "zeta": {"prefix": "zeta-", "secret": "a secret of zeta, of more than thirty-two bytes"}}\
      """;

  private static final Duration HOUR = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();
  private final Revocations revocations = new Revocations();
  private final AccessConfig config;

  public Tokens() {
    Map<String, String> variables =
        Map.of(
            "MYCELIUM_ACCESS_SECRET", SECRET,
            "MYCELIUM_ACCESS_LEEWAY", "0s",
            "MYCELIUM_ACCESS_TENANTS", TENANTS);
    config = new ConfigLoader(variables).load(null, Map.of()).access();
  }

  /** For a node that asks for tokens, with the times of the defaults. */
  public Authenticators required() {
    return required(config.expiryNotice(), config.expiryGrace());
  }

  public Authenticators required(Duration notice, Duration grace) {
    TokenCheck check = TokenCheck.of(vertx, config, config.keySource());
    return new Authenticators(
        new TokenAuthenticator(check, revocations, false),
        new TokenAuthenticator(check, revocations, true),
        notice,
        grace,
        revocations);
  }

  public Revocations revocations() {
    return revocations;
  }

  /** For an hour; single quotes may stand for double ones. */
  public String token(String claims) {
    return token(claims, HOUR);
  }

  public String token(String claims, Duration life) {
    return token(config.keySource(), claims, life);
  }

  /** One of the tenant acme or zeta, whose instances begin with {@code acme-} and {@code zeta-}. */
  public String ofTenant(String tenant, String claims) {
    return token(config.tenants().get(tenant).keySource(tenant), claims, HOUR);
  }

  private String token(KeySource signer, String claims, Duration life) {
    JsonObject json = new JsonObject(claims.replace('\'', '"'));
    return TokenMint.make(vertx, config, signer, json, life);
  }

  /** A user who may do everything in all rooms of all instances. */
  public String user(String name) {
    return token("{'sub':'" + name + "','instances':['*']}");
  }

  @Override
  public void close() {
    TestNode.await(vertx.close());
  }
}
