package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.PrototypeNames;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;

/** The rules for a user id, wherever it comes from. */
public final class UserId {
  public static final String EXPECTED =
      "1 to 128 characters, no control characters, no name that every JavaScript object has";

  private static final int MAX_LENGTH = 128;

  private UserId() {}

  /**
   * The connect parameter {@code userId}; null if it is absent or empty.
   *
   * @throws Refusal {@code bad_request} if the query cannot be read
   */
  static String parameter(HttpServerRequest request) {
    try {
      String id = request.getParam("userId");
      return id == null || id.isEmpty() ? null : id;
    } catch (IllegalArgumentException e) {
      throw new Refusal(ErrorCode.BAD_REQUEST, "the query is not percent-encoded UTF-8");
    }
  }

  public static boolean isValid(String id) {
    return !id.isEmpty()
        && id.codePointCount(0, id.length()) <= MAX_LENGTH
        && id.chars().noneMatch(Character::isISOControl)
        && StandardCharsets.UTF_8.newEncoder().canEncode(id)
        && !PrototypeNames.contains(id);
  }
}
