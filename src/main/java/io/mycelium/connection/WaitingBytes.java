package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that wait for slow peers, of all connections of a node. Above the node's bound the
 * connections with the most bytes are closed first. A connection is added when the kernel did not
 * take all of a write, and is checked once a second until nothing waits, so a peer that keeps up
 * costs nothing. On the hub's event loop.
 */
public final class WaitingBytes {
  private final Map<Connection, Transport> slow = new HashMap<>();
  private final AtomicLong ofNode;
  private final long most;
  private long ofHub;

  /**
   * @param ofNode bytes that wait in all hubs of the node
   */
  WaitingBytes(long most, AtomicLong ofNode) {
    this.most = most;
    this.ofNode = ofNode;
  }

  /** Bytes wait for the peer of that connection. */
  public void add(Connection connection, Transport transport) {
    slow.put(connection, transport);
  }

  /** To be called once a second. */
  void tick() {
    slow.entrySet().removeIf(each -> each.getKey().isClosed() || each.getValue().waiting() == 0);
    long sum = 0;
    for (Transport transport : slow.values()) {
      sum += transport.waiting();
    }
    long all = ofNode.addAndGet(sum - ofHub);
    ofHub = sum;
    if (all > most) {
      closeSlowest(all - most);
    }
  }

  private void closeSlowest(long tooMany) {
    List<Map.Entry<Connection, Long>> bytes = new ArrayList<>();
    slow.forEach((connection, transport) -> bytes.add(Map.entry(connection, transport.waiting())));
    bytes.sort(Map.Entry.comparingByValue(Comparator.reverseOrder()));
    long rest = tooMany;
    for (Map.Entry<Connection, Long> each : bytes) {
      if (rest <= 0) {
        return;
      }
      rest -= each.getValue();
      each.getKey().close(Disconnect.SLOW_CONSUMER);
    }
  }
}
