package io.mycelium.bus;

/** Leads an instance's messages to those that they are for. On the link's event loop. */
final class Dispatch {
  private Dispatch() {}

  static void item(Outbound item, InstanceLink link) {
    if (item instanceof Outbound.Reply reply) {
      if (reply.gateway().equals(link.id())) {
        link.answer(reply);
      }
    } else if (item instanceof Outbound.Delivery delivery) {
      link.listener().onDelivery(delivery);
    } else if (item instanceof Outbound.Direct direct) {
      if (direct.gateway().equals(link.id())) {
        link.listener().onDirect(direct);
      }
    } else if (item instanceof Outbound.Kick kick) {
      if (kick.gateway().equals(link.id())) {
        link.listener().onKick(kick);
      }
    } else if (item instanceof Outbound.Refill refill) {
      if (refill.gateway().equals(link.id())) {
        link.listener().onRefill(refill);
      }
    } else if (item instanceof Outbound.Catchup catchup) {
      if (catchup.gateway().equals(link.id())) {
        link.listener().onCatchup(catchup);
      }
    } else if (item instanceof Outbound.Policy policy) {
      if (policy.gateway().equals(link.id())) {
        link.listener().onPolicy(policy);
      }
    } else if (item instanceof Outbound.Newest newest) {
      if (newest.gateway().equals(link.id())) {
        link.listener().onNewest(newest);
      }
    } else {
      lifecycle(item, link);
    }
  }

  private static void lifecycle(Outbound item, InstanceLink link) {
    if (item instanceof Outbound.Resend resend) {
      if (resend.gateway().equals(link.id())) {
        link.resend(resend.after());
      }
    } else if (item instanceof Outbound.RoomClosed closedRoom) {
      link.listener().onRoomClosed(closedRoom.room());
    } else if (item instanceof Outbound.Running running) {
      link.running(running);
    } else if (item instanceof Outbound.Failed failed) {
      link.failed(failed.message());
    } else if (item instanceof Outbound.Deleted) {
      link.deleted();
    } else {
      greeting(item, link);
    }
  }

  private static void greeting(Outbound item, InstanceLink link) {
    if (item instanceof Outbound.Welcome welcome) {
      if (welcome.gateway().equals(link.id())) {
        link.welcome(welcome);
      }
    } else if (item instanceof Outbound.Restored restored) {
      if (restored.gateway().equals(link.id())) {
        link.startOver(restored);
      }
    } else if (item instanceof Outbound.Forgotten forgotten) {
      if (forgotten.gateway().equals(link.id())) {
        link.forgotten();
      }
    }
  }
}
