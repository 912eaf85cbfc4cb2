package io.mycelium.room.types;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;

/** The built-in types' answer to unknown events. */
final class UnknownEvent {
  private UnknownEvent() {}

  static Effects reject(Push push) {
    return Effects.reject(
        ErrorCode.UNKNOWN_EVENT.reason(), "event is " + push.event() + ", expected push");
  }
}
