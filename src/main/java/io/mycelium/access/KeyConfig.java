package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;

/**
 * One key that verifies tokens. A token must name exactly the algorithm of its key.
 *
 * @param id the {@code kid} that tokens of this key must have; empty: any {@code kid}, or none
 * @param algorithm HS256, HS384, HS512 with a secret; RS, PS or ES with 256, 384 or 512, or EdDSA,
 *     with a file; empty is HS256
 * @param secret for HMAC, used as UTF-8; at least as long as the hash (RFC 7518, 3.2); never logged
 * @param file PEM file with a public key or a certificate
 */
public record KeyConfig(String id, String algorithm, String secret, String file) {
  private static final Map<String, Integer> SECRET_BYTES =
      Map.of("HS256", 32, "HS384", 48, "HS512", 64);

  private static final Set<String> PUBLIC =
      Set.of(
          "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA");

  public KeyConfig {
    id = id == null ? "" : id;
    algorithm = algorithm == null || algorithm.isEmpty() ? "HS256" : algorithm;
    secret = secret == null ? "" : secret;
    file = file == null ? "" : file;
    if (SECRET_BYTES.containsKey(algorithm)) {
      checkSecret("secret", algorithm, secret);
      if (!file.isEmpty()) {
        throw wrong("file", file, "none: " + algorithm + " is signed with a secret");
      }
    } else if (!PUBLIC.contains(algorithm)) {
      throw wrong(
          "algorithm",
          algorithm,
          "HS256, HS384, HS512, RS256, PS256, ES256 (or 384, 512) or EdDSA");
    } else if (file.isEmpty() || !secret.isEmpty()) {
      throw wrong(
          "file", file.isEmpty() ? "empty" : file, "a PEM file, and no secret, for " + algorithm);
    }
  }

  /** Whether the key can also sign. */
  public boolean isSecret() {
    return SECRET_BYTES.containsKey(algorithm);
  }

  /**
   * @throws Refusal that does not repeat the secret
   */
  static void checkSecret(String field, String algorithm, String secret) {
    int bytes = secret.getBytes(StandardCharsets.UTF_8).length;
    int least = SECRET_BYTES.get(algorithm);
    if (bytes < least) {
      throw wrong(field, "of " + bytes + " bytes", "at least " + least + " for " + algorithm);
    }
    if (secret.startsWith("-----BEGIN")) {
      throw wrong(field, "a PEM text", "a secret; a public key goes into a file");
    }
  }

  private static Refusal wrong(String field, Object value, String expected) {
    return Refusal.of(ErrorCode.INVALID_CONFIG, field, value, expected);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "KeyConfig[id=" + id + ", algorithm=" + algorithm + ", file=" + file + "]";
  }
}
