package io.mycelium.web.rest;

import io.mycelium.protocol.Refusal;

/**
 * A refusal for how things are now rather than for what was asked: 409, whatever the status of its
 * code. An answer, not a fault: it has no stack trace.
 */
final class Conflict extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Refusal refusal;

  Conflict(Refusal refusal) {
    super(refusal.getMessage(), null, false, false);
    this.refusal = refusal;
  }

  Refusal refusal() {
    return refusal;
  }
}
