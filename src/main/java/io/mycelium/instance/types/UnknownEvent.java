package io.mycelium.instance.types;

import io.mycelium.instance.spi.Effects;
import io.mycelium.instance.spi.Push;
import io.mycelium.protocol.ErrorCode;

/** The answer of the built-in types to events that they do not know. */
final class UnknownEvent {
  private UnknownEvent() {}

  static Effects reject(Push push) {
    return Effects.reject(
        ErrorCode.UNKNOWN_EVENT.reason(), "event is " + push.event() + ", expected push");
  }
}
