package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.http.HttpServerRequest;
import java.util.UUID;

/**
 * Somebody who comes without a token to an instance that lets such people in ({@code guests}). Who
 * is let in by the instance is not known before it was asked, so at first a guest may do nothing.
 */
public final class Guest {
  /** Of every guest's id, and of no token's: nobody can be taken for somebody else. */
  public static final String PREFIX = "guest-";

  private static final String ABSENT =
      "a token is needed: Authorization: Bearer TOKEN (a socket may send it as the parameter token)";

  private Guest() {}

  /** Why somebody without a token is refused. */
  public static Refusal refusal() {
    return new Refusal(ErrorCode.UNAUTHORIZED, ABSENT);
  }

  /**
   * Somebody whom the instance is still to be asked about.
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

  /** Whether that is one whom the instance is still to be asked about. */
  public static boolean isUnknown(Identity identity) {
    return identity.grants().isEmpty()
        && identity.userId() != null
        && identity.userId().startsWith(PREFIX);
  }

  /**
   * The same once the instance has said what guests may do there.
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
