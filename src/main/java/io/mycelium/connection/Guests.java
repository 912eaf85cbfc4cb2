package io.mycelium.connection;

import io.mycelium.access.Guest;
import io.mycelium.access.Identity;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;

/** Asks instances whether clients without a token may connect. */
final class Guests {
  private Guests() {}

  /**
   * The guest with the rights that the instance gives to guests. A sleeping instance stays asleep,
   * and a refused guest cannot tell whether the instance exists.
   */
  static Future<Identity> admitted(InstanceDirectory directory, String instance, Identity guest) {
    return directory
        .get(instance)
        .map(found -> found.getJsonObject("config").getString("guests"))
        .recover(cause -> isUnknown(cause) ? Future.succeededFuture() : Future.failedFuture(cause))
        .map(guests -> Guest.admitted(guest, instance, guests));
  }

  private static boolean isUnknown(Throwable cause) {
    return cause instanceof Refusal refusal && refusal.code() == ErrorCode.UNKNOWN_INSTANCE;
  }
}
