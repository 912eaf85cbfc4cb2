package io.mycelium.access.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JSON Web Key Set of public keys (RFC 7517), from a file or an address. Keys for other uses or
 * of unknown kinds are skipped; a set that contains a secret is refused.
 */
final class JwkSet {
  private static final Logger log = LoggerFactory.getLogger(JwkSet.class);

  static final int MAX_BYTES = 256 << 10;

  private static final int MAX_KEYS = 64;
  private static final List<String> SECRET_PARTS = List.of("d", "p", "q", "dp", "dq", "qi", "k");

  private JwkSet() {}

  /** Blocks. */
  static List<VerificationKey> read(Vertx vertx, String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) > MAX_BYTES) {
        throw wrong(file, "at most " + MAX_BYTES + " bytes");
      }
      return parse(vertx, file, Files.readAllBytes(path));
    } catch (IOException e) {
      throw wrong(file, "a file that can be read");
    }
  }

  /**
   * @param source the file or the address, for messages
   * @throws Refusal that says what is wrong with the set
   */
  static List<VerificationKey> parse(Vertx vertx, String source, byte[] json) {
    JsonNode keys;
    try {
      keys = JsonText.object(json).path("keys");
    } catch (JsonText.Malformed e) {
      throw wrong(source, "the JSON of a key set; it is " + e.getMessage());
    }
    if (!keys.isArray() || keys.size() > MAX_KEYS) {
      throw wrong(source, "{\"keys\": [...]} with at most " + MAX_KEYS + " keys");
    }
    List<VerificationKey> usable = new ArrayList<>();
    for (JsonNode key : keys) {
      refuseSecrets(source, key);
      add(vertx, source, key, usable);
    }
    if (usable.isEmpty()) {
      throw wrong(source, "at least one public key for signatures (RSA, EC or OKP)");
    }
    return usable;
  }

  private static void refuseSecrets(String source, JsonNode key) {
    for (String part : SECRET_PARTS) {
      if (key.has(part)) {
        throw wrong(
            source,
            "public keys only: "
                + named(key)
                + " has the secret part "
                + part
                + "; whoever read it can make tokens, so replace that key");
      }
    }
  }

  private static void add(Vertx vertx, String source, JsonNode key, List<VerificationKey> usable) {
    Algorithm algorithm = algorithm(key);
    String use = key.hasNonNull("use") ? key.path("use").asText() : "sig";
    String kid = key.hasNonNull("kid") ? key.path("kid").asText() : "";
    if (algorithm == null || !use.equals("sig")) {
      return;
    }
    PublicKey publicKey = Jwk.publicKey(key, algorithm);
    String expected = publicKey == null ? "the parts of one" : algorithm.misfit(publicKey);
    if (expected == null) {
      usable.add(VerificationKey.of(vertx, kid, algorithm, publicKey));
    } else {
      log.warn("{} of {} is passed over: expected {}", named(key), source, expected);
    }
  }

  /**
   * The key's {@code alg}; without one, the usual algorithm of its kind (RS256 for RSA, as
   * providers expect).
   */
  private static Algorithm algorithm(JsonNode key) {
    String kind = key.path("kty").asText() + " " + key.path("crv").asText();
    Algorithm usual =
        switch (kind) {
          case "RSA " -> Algorithm.RS256;
          case "EC P-256" -> Algorithm.ES256;
          case "EC P-384" -> Algorithm.ES384;
          case "EC P-521" -> Algorithm.ES512;
          case "OKP Ed25519" -> Algorithm.EdDSA;
          default -> null;
        };
    if (usual == null || !key.hasNonNull("alg")) {
      return usual;
    }
    Algorithm named = Algorithm.named(key.path("alg").asText());
    // A key for encryption names RSA-OAEP or the like.
    return named == null || !usual.family().equals(named.family()) ? null : named;
  }

  private static String named(JsonNode key) {
    return "the key " + RawToken.shown(key.get("kid"));
  }

  private static Refusal wrong(String source, String expected) {
    return new Refusal(
        ErrorCode.INVALID_CONFIG, "the key set " + source + " is not usable, expected " + expected);
  }
}
