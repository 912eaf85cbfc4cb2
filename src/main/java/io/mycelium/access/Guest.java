package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.HttpServerRequest;
import java.util.UUID;

/**
 * A client that connects without a token, to an instance that admits guests ({@code guests}). The
 * server identifies the client before it asks the instance, so a guest has no rights at first.
 */
public final class Guest {
  /** Prefix of every guest's id and of no token's {@code sub}: a guest cannot pose as a user. */
  public static final String PREFIX = "guest-";

  private static final String ABSENT =
      "a token is needed: Authorization: Bearer TOKEN (a socket may send it as the parameter token)";

  private Guest() {}

  /** The refusal of a client without a token. */
  public static Refusal refusal() {
    return new Refusal(ErrorCode.UNAUTHORIZED, ABSENT);
  }

  /**
   * A guest without rights; the instance decides about them.
   *
   * @throws Refusal {@code bad_request} for a {@code userId} that cannot be one
   */
  public static Identity of(HttpServerRequest upgrade) {
    String asked = UserId.parameter(upgrade);
    String id = PREFIX + (asked == null ? UUID.randomUUID().toString() : asked);
    if (!UserId.isValid(id)) {
      throw Refusal.of(
          ErrorCode.BAD_REQUEST,
          "userId",
          asked,
          "with " + PREFIX + " before it " + UserId.EXPECTED);
    }
    return Identity.nothing(id);
  }

  /** Whether the identity is a guest that the instance has not decided about yet. */
  public static boolean isUnknown(Identity identity) {
    return identity.grants().isEmpty()
        && identity.userId() != null
        && identity.userId().startsWith(PREFIX);
  }

  /**
   * The guest with the rights that the instance gives.
   *
   * @param guests none, read or write; null for none
   * @throws Refusal {@code unauthorized} for none
   */
  public static Identity admitted(Identity guest, String instance, String guests) {
    if (guests == null || guests.equals("none")) {
      throw refusal();
    }
    return Identity.guest(guest.userId(), instance, guests.equals("write"));
  }
}
