package io.mycelium.access.token;

import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;

/** The accepted signature algorithms (RFC 7518, RFC 8037), and the keys that fit each of them. */
enum Algorithm {
  HS256,
  HS384,
  HS512,
  RS256,
  RS384,
  RS512,
  PS256,
  PS384,
  PS512,
  ES256,
  ES384,
  ES512,
  EdDSA;

  private static final int MIN_RSA_BITS = 2048;

  /** Longer keys would make each check expensive. */
  private static final int MAX_RSA_BITS = 8192;

  /** Null for an algorithm that is not accepted, such as {@code none}. */
  static Algorithm named(String name) {
    for (Algorithm algorithm : values()) {
      if (algorithm.name().equals(name)) {
        return algorithm;
      }
    }
    return null;
  }

  /** The name of the JCA key factory; null for HMAC. */
  String family() {
    return switch (this) {
      case HS256, HS384, HS512 -> null;
      case RS256, RS384, RS512, PS256, PS384, PS512 -> "RSA";
      case ES256, ES384, ES512 -> "EC";
      case EdDSA -> "EdDSA";
    };
  }

  /** The curve of its keys, as a JWK names it; null for an algorithm without curves. */
  String curve() {
    return switch (this) {
      case ES256 -> "P-256";
      case ES384 -> "P-384";
      case ES512 -> "P-521";
      case EdDSA -> "Ed25519";
      default -> null;
    };
  }

  /**
   * @return null if the key can verify signatures of this algorithm, else what would have been
   *     expected
   */
  String misfit(PublicKey key) {
    if (key instanceof RSAPublicKey rsa && "RSA".equals(family())) {
      int bits = rsa.getModulus().bitLength();
      boolean fits = bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS;
      return fits ? null : "an RSA key of 2048 to 8192 bits, not of " + bits;
    }
    if (key instanceof ECPublicKey ec && "EC".equals(family())) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      return curve().equals("P-" + bits) ? null : "a key on " + curve() + ", not P-" + bits;
    }
    if (key instanceof EdECPublicKey ed && this == EdDSA) {
      String name = ed.getParams().getName();
      return curve().equals(name) ? null : "a key on Ed25519, not " + name;
    }
    return "a key for " + name() + ", not one of " + key.getAlgorithm();
  }
}
