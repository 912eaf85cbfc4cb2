package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;
import java.util.List;

/**
 * One tenant of {@code access.tenants}: its keys, its prefix and its limits. Options that are not
 * set are empty or 0.
 *
 * @param prefix of the ids of its instances; its tokens reach no other instances
 * @param issuer that its tokens must name ({@code iss}); empty: the name of the tenant
 * @param audience that its tokens must name; empty for any
 * @param secret of HS256; never logged
 * @param keys more keys
 * @param jwksFile JSON Web Key Set of its public keys; empty for none
 * @param jwksUrl address of such a set; empty for none
 * @param maxInstances largest number of its instances; 0: no limit of its own
 * @param maxConnections largest number of its connections, on each node; 0: no limit of its own
 * @param createsPerSecond instances that it may create in a second; 0: no limit of its own
 */
public record TenantConfig(
    String prefix,
    String issuer,
    String audience,
    String secret,
    List<KeyConfig> keys,
    String jwksFile,
    String jwksUrl,
    int maxInstances,
    int maxConnections,
    int createsPerSecond) {

  private static final String PREFIX = "[A-Za-z0-9_-]{1,32}";

  public TenantConfig {
    prefix = orEmpty(prefix);
    issuer = orEmpty(issuer);
    audience = orEmpty(audience);
    secret = orEmpty(secret);
    keys = keys == null ? List.of() : List.copyOf(keys);
    jwksFile = orEmpty(jwksFile);
    jwksUrl = orEmpty(jwksUrl);
    if (!prefix.matches(PREFIX)) {
      String shown = prefix.isEmpty() ? "empty" : prefix;
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG, "prefix", shown, "1 to 32 characters of A-Z a-z 0-9 _ -");
    }
    Expect.range("max_instances", maxInstances, 0, Integer.MAX_VALUE);
    Expect.range("max_connections", maxConnections, 0, Integer.MAX_VALUE);
    Expect.range("creates_per_second", createsPerSecond, 0, 1_000_000);
  }

  /** The keys of the tenant with this name in the configuration. */
  public KeySource keySource(String name) {
    String known = issuer.isEmpty() ? name : issuer;
    Tenant tenant = new Tenant(name, prefix, maxInstances, maxConnections, createsPerSecond);
    return new KeySource(tenant, secret, keys, jwksFile, jwksUrl, known, audience);
  }

  private static String orEmpty(String text) {
    return text == null ? "" : text;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "TenantConfig[prefix=" + prefix + ", issuer=" + issuer + ", keys=" + keys + "]";
  }
}
