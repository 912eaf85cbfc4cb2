package io.mycelium.bus;

/** Leads an instance's messages to those that they are for. On the link's event loop. */
final class Dispatch {
  private Dispatch() {}

  static void item(Outbound item, InstanceLink link) {
    if (item instanceof Outbound.Delivery delivery) {
      link.listener().onDelivery(delivery);
    } else if (item.gateway() == null) {
      toAll(item, link);
    } else if (item.gateway().equals(link.id())) {
      toOne(item, link);
    }
  }

  private static void toAll(Outbound item, InstanceLink link) {
    if (item instanceof Outbound.RoomClosed closed) {
      link.listener().onRoomClosed(closed.room());
    } else if (item instanceof Outbound.Running running) {
      link.running(running);
    } else if (item instanceof Outbound.Failed failed) {
      link.failed(failed.message());
    } else if (item instanceof Outbound.Deleted) {
      link.deleted();
    }
  }

  private static void toOne(Outbound item, InstanceLink link) {
    if (item instanceof Outbound.Reply reply) {
      link.answer(reply);
    } else if (item instanceof Outbound.Direct direct) {
      link.listener().onDirect(direct);
    } else if (item instanceof Outbound.Kick kick) {
      link.listener().onKick(kick);
    } else if (item instanceof Outbound.Refill refill) {
      link.listener().onRefill(refill);
    } else if (item instanceof Outbound.Catchup catchup) {
      link.listener().onCatchup(catchup);
    } else if (item instanceof Outbound.Policy policy) {
      link.listener().onPolicy(policy);
    } else if (item instanceof Outbound.Newest newest) {
      link.listener().onNewest(newest);
    } else {
      greeting(item, link);
    }
  }

  private static void greeting(Outbound item, InstanceLink link) {
    if (item instanceof Outbound.Resend resend) {
      link.resend(resend.after());
    } else if (item instanceof Outbound.Welcome welcome) {
      link.welcome(welcome);
    } else if (item instanceof Outbound.Restored restored) {
      link.startOver(restored);
    } else if (item instanceof Outbound.Forgotten) {
      link.forgotten();
    }
  }
}
