package io.mycelium.connection;

import io.mycelium.access.Guest;
import io.mycelium.access.Identity;
import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;

/** Asks instances whether they let in who has no token. */
final class Guests {
  private Guests() {}

  /**
   * What the guest may do there. An instance that sleeps is not woken for it, and whether there is
   * one at all is not told to whom it does not let in.
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
