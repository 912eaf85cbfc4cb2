package io.mycelium.access;

import io.mycelium.protocol.PrototypeNames;
import java.nio.charset.StandardCharsets;

/** What may be somebody's id, wherever it comes from. */
public final class UserId {
  public static final String EXPECTED =
      "1 to 128 characters, no control characters, no name that every JavaScript object has";

  private static final int MAX_LENGTH = 128;

  private UserId() {}

  public static boolean isValid(String id) {
    return !id.isEmpty()
        && id.codePointCount(0, id.length()) <= MAX_LENGTH
        && id.chars().noneMatch(Character::isISOControl)
        && StandardCharsets.UTF_8.newEncoder().canEncode(id)
        && !PrototypeNames.contains(id);
  }
}
