package io.mycelium.cluster;

import io.mycelium.bus.Outbound;

/** Whom an instance's message is for, and about how large it is. */
final class Recipients {
  private Recipients() {}

  /** The link; null if the message is for all. */
  static String of(Outbound item) {
    if (item instanceof Outbound.Reply reply) {
      return reply.gateway();
    } else if (item instanceof Outbound.Direct direct) {
      return direct.gateway();
    } else if (item instanceof Outbound.Refill refill) {
      return refill.gateway();
    } else if (item instanceof Outbound.Catchup catchup) {
      return catchup.gateway();
    } else if (item instanceof Outbound.Newest newest) {
      return newest.gateway();
    } else if (item instanceof Outbound.Policy policy) {
      return policy.gateway();
    } else if (item instanceof Outbound.Kick kick) {
      return kick.gateway();
    } else if (item instanceof Outbound.Resend resend) {
      return resend.gateway();
    }
    return null;
  }

  static int bytes(Outbound item) {
    if (item instanceof Outbound.Delivery delivery) {
      return delivery.json().length()
          + (delivery.binary() == null ? 0 : delivery.binary().length());
    } else if (item instanceof Outbound.Reply reply) {
      return reply.response() == null ? 0 : reply.response().length;
    } else if (item instanceof Outbound.Direct direct) {
      return direct.json().length;
    } else if (item instanceof Outbound.Refill refill) {
      return refill.deliveries().stream().mapToInt(Recipients::bytes).sum();
    } else if (item instanceof Outbound.Catchup catchup) {
      return catchup.deliveries().stream().mapToInt(Recipients::bytes).sum();
    } else if (item instanceof Outbound.Newest newest) {
      return (newest.state() == null ? 0 : newest.state().length)
          + newest.deliveries().stream().mapToInt(Recipients::bytes).sum();
    }
    return 0;
  }
}
