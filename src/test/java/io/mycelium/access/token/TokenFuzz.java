package io.mycelium.access.token;

import io.mycelium.protocol.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** A token, whole or its claims alone, is one or is refused in one short line. */
public final class TokenFuzz {
  private static final String HEADER =
      Base64.getUrlEncoder().withoutPadding().encodeToString("{\"alg\":\"HS256\"}".getBytes());

  private TokenFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    parse(new String(data, StandardCharsets.ISO_8859_1));
    parse(HEADER + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(data) + ".AAAA");
  }

  private static void parse(String token) {
    try {
      Claims.read(RawToken.parse(token).payload()).identity(null, 10);
    } catch (Refusal e) {
      String message = e.getMessage();
      if (message.length() > 500 || message.chars().anyMatch(Character::isISOControl)) {
        throw new AssertionError(message);
      }
    }
  }
}
