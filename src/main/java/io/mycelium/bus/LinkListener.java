package io.mycelium.bus;

import java.util.Map;
import java.util.Set;

/**
 * Receives an instance's messages that are not the answer to one command; all calls come on the
 * link's event loop, in order.
 */
public interface LinkListener {
  void onDelivery(Outbound.Delivery delivery);

  void onDirect(Outbound.Direct direct);

  void onCatchup(Outbound.Catchup catchup);

  void onKick(Outbound.Kick kick);

  void onRefill(Outbound.Refill refill);

  void onPolicy(Outbound.Policy policy);

  void onNewest(Outbound.Newest newest);

  /** The bus repeated a batch, which was dropped. */
  void onRepeat();

  void onRoomClosed(String room);

  /**
   * The instance does not know this link any more: tell the instance of the open connections and
   * their channels, by {@link InstanceLink#restore}.
   *
   * @param anew names of the rooms that lost their history: their channels must rejoin
   */
  void onRestored(Set<String> anew);

  /**
   * Deliveries may have been lost on their way.
   *
   * @param seqs of the last entry of each room that has any
   */
  void onWelcome(Map<String, Long> seqs);

  /** The instance failed; pending commands were answered already. */
  void onFailed(String message);

  /** The instance was deleted; pending commands were answered already. */
  void onDeleted();
}
