package io.mycelium.bus;

/**
 * Hears what an instance says to more than one command; all calls come on the link's event loop, in
 * order.
 */
public interface LinkListener {
  void onDelivery(Outbound.Delivery delivery);

  void onDirect(Outbound.Direct direct);

  void onCatchup(Outbound.Catchup catchup);

  void onKick(Outbound.Kick kick);

  void onRefill(Outbound.Refill refill);

  /** The bus brought a batch again; it was dropped. */
  void onRepeat();

  void onRoomClosed(String room);

  /**
   * The instance came up and knows nothing of this link: it is to be told of the connections that
   * are open.
   */
  void onForgotten();

  /** The instance failed; pending commands were answered already. */
  void onFailed(String message);

  /** The instance was deleted; likewise. */
  void onDeleted();
}
