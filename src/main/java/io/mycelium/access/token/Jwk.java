package io.mycelium.access.token;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.EdECPoint;
import java.security.spec.EdECPublicKeySpec;
import java.security.spec.KeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;

/** Makes a public key of a JSON Web Key (RFC 7518, section 6; RFC 8037, section 2). */
final class Jwk {
  private Jwk() {}

  /** Null if a part is missing or wrong. */
  static PublicKey publicKey(JsonNode key, Algorithm algorithm) {
    try {
      KeySpec parts =
          switch (algorithm.family()) {
            case "RSA" -> new RSAPublicKeySpec(number(key, "n"), number(key, "e"));
            case "EC" -> ec(key);
            default -> ed25519(key);
          };
      return KeyFactory.getInstance(algorithm.family()).generatePublic(parts);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return null;
    }
  }

  private static KeySpec ec(JsonNode key) throws GeneralSecurityException {
    String curve = key.path("crv").asText().replace("P-", "secp") + "r1";
    AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
    named.init(new ECGenParameterSpec(curve));
    ECPoint point = new ECPoint(number(key, "x"), number(key, "y"));
    return new ECPublicKeySpec(point, named.getParameterSpec(ECParameterSpec.class));
  }

  /**
   * {@code x} holds the y coordinate, least significant byte first, and the sign of x in its top
   * bit (RFC 8032).
   */
  private static KeySpec ed25519(JsonNode key) {
    byte[] bytes = bytes(key, "x");
    if (bytes.length != 32) {
      throw new IllegalArgumentException("not 32 bytes");
    }
    byte[] reversed = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      reversed[i] = bytes[bytes.length - 1 - i];
    }
    boolean odd = (reversed[0] & 0x80) != 0;
    reversed[0] &= 0x7f;
    EdECPoint point = new EdECPoint(odd, new BigInteger(1, reversed));
    return new EdECPublicKeySpec(NamedParameterSpec.ED25519, point);
  }

  private static BigInteger number(JsonNode key, String part) {
    return new BigInteger(1, bytes(key, part));
  }

  private static byte[] bytes(JsonNode key, String part) {
    return Base64.getUrlDecoder().decode(key.path(part).asText("?"));
  }
}
