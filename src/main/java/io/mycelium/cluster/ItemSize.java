package io.mycelium.cluster;

import io.mycelium.bus.Outbound;
import java.util.List;
import java.util.Map;

/** About how many bytes an instance's message takes between nodes. */
final class ItemSize {
  /** Of an item besides its contents. */
  private static final int ITEM_BYTES = 64;

  /** Of a name with its number. */
  private static final int NAME_BYTES = 48;

  private ItemSize() {}

  static int of(Outbound item) {
    if (item instanceof Outbound.Delivery delivery) {
      return of(delivery);
    } else if (item instanceof Outbound.Reply reply) {
      return ITEM_BYTES + length(reply.response());
    } else if (item instanceof Outbound.Direct direct) {
      return ITEM_BYTES + direct.json().length;
    } else if (item instanceof Outbound.Refill refill) {
      return of(refill.deliveries());
    } else if (item instanceof Outbound.Catchup catchup) {
      return of(catchup.deliveries());
    } else if (item instanceof Outbound.Newest newest) {
      return length(newest.state()) + of(newest.deliveries());
    } else if (item instanceof Outbound.Running running) {
      return of(running.applied());
    } else if (item instanceof Outbound.Welcome welcome) {
      return of(welcome.seqs());
    } else if (item instanceof Outbound.Restored restored) {
      return ITEM_BYTES
          + restored.pushes().size() * 2 * Long.BYTES
          + restored.anew().size() * NAME_BYTES;
    }
    return ITEM_BYTES;
  }

  private static int of(Outbound.Delivery delivery) {
    return ITEM_BYTES
        + delivery.json().length()
        + (delivery.binary() == null ? 0 : delivery.binary().length());
  }

  private static int of(List<Outbound.Delivery> deliveries) {
    int bytes = ITEM_BYTES;
    for (Outbound.Delivery delivery : deliveries) {
      bytes += of(delivery);
    }
    return bytes;
  }

  private static int of(Map<String, Long> numbers) {
    return ITEM_BYTES + numbers.size() * NAME_BYTES;
  }

  private static int length(byte[] bytes) {
    return bytes == null ? 0 : bytes.length;
  }
}
