package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who may do what.
 *
 * @param mode {@code required}: a token for everything; {@code open}: everybody may do everything
 * @param openToNetwork whether the open mode may listen on more than this machine's loopback
 * @param secret that tokens are signed with (HS256); never logged
 * @param secretFile where the node keeps the secret that it makes if no key is configured
 * @param keys more keys, each with its algorithm
 * @param jwksFile JSON Web Key Set of public keys
 * @param jwksUrl where an identity provider publishes its keys
 * @param jwksAllowHttp whether such a URL may be plain HTTP to another machine
 * @param jwksMaxAge age from which fetched keys are fetched again, in the background
 * @param jwksMaxStale age from which fetched keys are not used any more, even if they cannot be
 *     fetched again
 * @param jwksRefetch shortest time between two fetches, for unknown keys and after failures
 * @param jwksTimeout of one fetch
 * @param issuer that a token must name ({@code iss}); empty for any
 * @param audience that a token must name ({@code aud}); empty for any
 * @param leeway how far the clocks of the issuer and the node may differ, for {@code exp}, {@code
 *     nbf} and {@code iat}
 * @param expiryNotice how long before the expiry of its token a socket is told
 * @param expiryGrace how long after the expiry a socket may still send another token before it is
 *     closed
 * @param allowedOrigins other origins whose pages may use this server from a browser
 * @param tenants by name
 */
public record AccessConfig(
    String mode,
    boolean openToNetwork,
    String secret,
    String secretFile,
    List<KeyConfig> keys,
    String jwksFile,
    String jwksUrl,
    boolean jwksAllowHttp,
    Duration jwksMaxAge,
    Duration jwksMaxStale,
    Duration jwksRefetch,
    Duration jwksTimeout,
    String issuer,
    String audience,
    Duration leeway,
    Duration expiryNotice,
    Duration expiryGrace,
    List<String> allowedOrigins,
    Map<String, TenantConfig> tenants) {

  public static final AccessConfig DEFAULT =
      new AccessConfig(
          "required",
          false,
          "",
          "data/secret.key",
          List.of(),
          "",
          "",
          false,
          Duration.ofMinutes(10),
          Duration.ofHours(24),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          "",
          "",
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          List.of(),
          Map.of());

  private static final String ORIGIN =
      "https?://[A-Za-z0-9.-]{1,255}(:\\d{1,5})?|https?://\\[[0-9a-f:]+\\](:\\d{1,5})?";
  private static final String TENANT = "[A-Za-z0-9_.-]{1,64}";

  public AccessConfig {
    if (!"required".equals(mode) && !"open".equals(mode)) {
      throw Refusal.of(ErrorCode.INVALID_CONFIG, "access.mode", mode, "required or open");
    }
    Expect.present("access.secret_file", secretFile, "a path");
    keys = List.copyOf(keys);
    Expect.range("access.keys", keys.size(), 0, 16);
    Duration second = Duration.ofSeconds(1);
    Expect.range("access.jwks_max_age", jwksMaxAge, second, Duration.ofDays(7));
    Expect.range("access.jwks_max_stale", jwksMaxStale, jwksMaxAge, Duration.ofDays(365));
    Expect.range("access.jwks_refetch", jwksRefetch, second, Duration.ofHours(1));
    Expect.range("access.jwks_timeout", jwksTimeout, Duration.ofMillis(100), Duration.ofMinutes(1));
    Expect.range("access.leeway", leeway, Duration.ZERO, Duration.ofMinutes(10));
    Expect.range("access.expiry_notice", expiryNotice, Duration.ZERO, Duration.ofHours(1));
    Expect.range("access.expiry_grace", expiryGrace, Duration.ZERO, Duration.ofHours(1));
    allowedOrigins = List.copyOf(allowedOrigins);
    for (String origin : allowedOrigins) {
      if (!origin.matches(ORIGIN)) {
        throw Refusal.of(
            ErrorCode.INVALID_CONFIG,
            "access.allowed_origins",
            origin,
            "origins as browsers send them, such as https://app.example.com, without a path");
      }
    }
    tenants = Collections.unmodifiableMap(new LinkedHashMap<>(tenants));
    new KeySource(null, secret, keys, jwksFile, jwksUrl, issuer, audience)
        .check("access.", jwksAllowHttp);
    checkTenants(tenants, issuer, jwksAllowHttp);
  }

  /** The node's own keys. */
  public KeySource keySource() {
    return new KeySource(null, secret, keys, jwksFile, jwksUrl, issuer, audience);
  }

  /** Each tenant's keys. */
  public List<KeySource> tenantKeySources() {
    List<KeySource> sources = new ArrayList<>();
    tenants.forEach((name, tenant) -> sources.add(tenant.keySource(name)));
    return sources;
  }

  public boolean isOpen() {
    return mode.equals("open");
  }

  /** Whether no key is configured anywhere, so that the node must make one. */
  public boolean needsSecretFile() {
    return !isOpen() && keySource().isEmpty() && tenants.isEmpty();
  }

  /** No two tenants may share an instance, and the tenant of a token must be certain. */
  private static void checkTenants(
      Map<String, TenantConfig> tenants, String issuer, boolean allowHttp) {
    List<KeySource> before = new ArrayList<>();
    tenants.forEach(
        (name, tenant) -> {
          String field = "access.tenants." + name + ".";
          KeySource source = tenant.keySource(name);
          if (!name.matches(TENANT)) {
            throw Refusal.of(
                ErrorCode.INVALID_CONFIG,
                "access.tenants",
                name,
                "names of 1 to 64 characters of A-Z a-z 0-9 _ . -");
          }
          if (source.isEmpty()) {
            throw Refusal.of(
                ErrorCode.INVALID_CONFIG,
                field + "secret",
                "empty",
                "a secret, keys, a jwks_file or a jwks_url");
          }
          source.check(field, allowHttp);
          if (source.issuer().equals(issuer)) {
            throw Refusal.of(
                ErrorCode.INVALID_CONFIG, field + "issuer", issuer, "another than access.issuer");
          }
          before.forEach(other -> checkApart(field, source, other));
          before.add(source);
        });
  }

  private static void checkApart(String field, KeySource one, KeySource other) {
    String a = one.tenant().prefix();
    String b = other.tenant().prefix();
    if (a.startsWith(b) || b.startsWith(a)) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          field + "prefix",
          a,
          "one that does not begin with "
              + other.tenant().name()
              + "'s "
              + b
              + ", nor it with this");
    }
    boolean sameIssuer = one.issuer().equals(other.issuer());
    boolean apart =
        !one.audience().isEmpty()
            && !other.audience().isEmpty()
            && !one.audience().equals(other.audience());
    if (sameIssuer && !apart) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          field + "issuer",
          one.issuer(),
          "another than " + other.tenant().name() + "'s, or audiences that tell them apart");
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "AccessConfig[mode=" + mode + ", keys=" + keys + ", tenants=" + tenants.keySet() + "]";
  }
}
