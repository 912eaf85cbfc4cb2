package io.mycelium.access.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.Base64;

/**
 * The parts of a token whose signature is not verified yet (JWS compact serialization, RFC 7515).
 *
 * @param text the whole token
 * @param algorithm the algorithm in the header; never null
 * @param kid the key id in the header; null if absent
 * @param payload the claims, as JSON
 */
record RawToken(String text, Algorithm algorithm, String kid, JsonNode payload) {
  static final int MAX_BYTES = 8 << 10;

  private static final int MAX_KID = 256;

  /**
   * @throws Refusal {@code unauthorized}; a token that is too long is refused before it is decoded
   */
  static RawToken parse(String text) {
    if (text.length() > MAX_BYTES) {
      throw unauthorized(
          "the token has " + text.length() + " characters, expected at most " + MAX_BYTES);
    }
    String[] parts = text.split("\\.", -1);
    if (parts.length != 3 || parts[0].isEmpty() || parts[1].isEmpty() || parts[2].isEmpty()) {
      throw unauthorized("the token is not a signed JSON Web Token: three parts with . between");
    }
    JsonNode header = json("header", parts[0]);
    decoded("signature", parts[2]);
    Algorithm algorithm = algorithm(header);
    if (header.has("crit")) {
      throw unauthorized("the token's header has crit, of which no extension is known here");
    }
    return new RawToken(text, algorithm, kid(header), json("claims", parts[1]));
  }

  private static Algorithm algorithm(JsonNode header) {
    String name = header.path("alg").textValue();
    Algorithm algorithm = Algorithm.named(name);
    if (algorithm == null) {
      throw unauthorized(
          "the token's alg is "
              + shown(header.get("alg"))
              + ", expected the algorithm of a configured key");
    }
    return algorithm;
  }

  private static String kid(JsonNode header) {
    JsonNode kid = header.get("kid");
    if (kid == null) {
      return null;
    }
    if (!kid.isTextual() || kid.textValue().length() > MAX_KID) {
      throw unauthorized(
          "the token's kid is " + shown(kid) + ", expected a text of at most " + MAX_KID);
    }
    return kid.textValue();
  }

  private static JsonNode json(String part, String base64) {
    try {
      return JsonText.object(decoded(part, base64));
    } catch (JsonText.Malformed e) {
      throw unauthorized("the token's " + part + " is " + e.getMessage());
    }
  }

  private static byte[] decoded(String part, String base64) {
    try {
      return Base64.getUrlDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw unauthorized("the token's " + part + " is not base64url");
    }
  }

  static Refusal unauthorized(String message) {
    return new Refusal(ErrorCode.UNAUTHORIZED, message);
  }

  /** A value of a client for a message, shortened to one line. */
  static String shown(JsonNode value) {
    String text = value == null ? "absent" : value.toString();
    String line = text.replaceAll("\\p{Cc}", "?");
    return line.length() > 64 ? line.substring(0, 64) + "..." : line;
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "RawToken[algorithm=" + algorithm + ", kid=" + kid + "]";
  }
}
