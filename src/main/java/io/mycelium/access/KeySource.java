package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the keys of one realm (the node's own or a tenant's) come from, and which tokens they
 * verify.
 *
 * @param tenant null for the node's own
 * @param secret of HS256; empty for none; never logged
 * @param keys more keys, each with its algorithm
 * @param jwksFile JSON Web Key Set (RFC 7517) of public keys; empty for none
 * @param jwksUrl address of such a set; empty for none
 * @param issuer that a token must name; empty for any
 * @param audience that a token must name; empty for any
 */
public record KeySource(
    Tenant tenant,
    String secret,
    List<KeyConfig> keys,
    String jwksFile,
    String jwksUrl,
    String issuer,
    String audience) {

  /** Whether there are no keys at all. */
  public boolean isEmpty() {
    return secret.isEmpty() && keys.isEmpty() && jwksFile.isEmpty() && jwksUrl.isEmpty();
  }

  /** The keys given by value or file, {@link #secret} first. */
  public List<KeyConfig> configured() {
    List<KeyConfig> all = new ArrayList<>();
    if (!secret.isEmpty()) {
      all.add(new KeyConfig("", "HS256", secret, ""));
    }
    all.addAll(keys);
    return all;
  }

  /** The same source with the secret that a node made. */
  public KeySource withSecret(String made) {
    return new KeySource(tenant, made, keys, jwksFile, jwksUrl, issuer, audience);
  }

  /**
   * @param field prefix of the names of the fields, such as {@code access.}
   * @param allowHttp whether a URL of another machine may be plain HTTP
   */
  void check(String field, boolean allowHttp) {
    if (!secret.isEmpty()) {
      KeyConfig.checkSecret(field + "secret", "HS256", secret);
    }
    if (!jwksUrl.isEmpty() && !isFetchable(jwksUrl, allowHttp)) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          field + "jwks_url",
          jwksUrl,
          "https://HOST/PATH without user or fragment; http only to this machine, or with"
              + " access.jwks_allow_http");
    }
  }

  private static boolean isFetchable(String url, boolean allowHttp) {
    try {
      URI uri = new URI(url);
      boolean plain = "http".equalsIgnoreCase(uri.getScheme());
      return uri.getHost() != null
          && uri.getRawUserInfo() == null
          && uri.getRawFragment() == null
          && ("https".equalsIgnoreCase(uri.getScheme())
              || plain && (allowHttp || Loopback.isName(uri.getHost())));
    } catch (URISyntaxException e) {
      return false;
    }
  }

  /** Without secrets. */
  @Override
  public String toString() {
    return "KeySource[tenant=" + tenant + ", issuer=" + issuer + ", keys=" + keys + "]";
  }
}
