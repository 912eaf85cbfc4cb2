package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The incomplete messages of a hub's connections. Each message has a time limit, and all messages
 * of a node together have a bound in bytes. Above the bound the oldest are closed first, since an
 * honest client soon completes its message. Only fragments and large frames are counted here. On
 * the hub's event loop.
 */
public final class UnfinishedMessages {
  private final Map<Connection, Held> held = new LinkedHashMap<>();
  private final AtomicLong ofNode;
  private final long most;
  private final int seconds;
  private int tick;

  /**
   * @param ofNode bytes that all hubs of the node hold
   */
  UnfinishedMessages(SocketConfig config, AtomicLong ofNode) {
    this.ofNode = ofNode;
    this.most = config.maxUnfinishedBytes();
    this.seconds = (int) config.messageTimeout().toSeconds();
  }

  /** The bytes of one message, including the next frame of a fragmented message. */
  private static final class Held {
    private final int since;
    private long fragments;
    private long frame;

    private Held(int since) {
      this.since = since;
    }

    private long bytes() {
      return fragments + frame;
    }
  }

  /** Sets how many bytes of a message's fragments are kept; 0 once the message is complete. */
  public void fragments(Connection connection, long bytes) {
    Held of = held(connection, bytes);
    if (of != null) {
      long before = of.bytes();
      of.fragments = bytes;
      changed(connection, of, before);
    }
  }

  /** Sets how many bytes of an incomplete frame have arrived; 0 once the frame is complete. */
  public void frame(Connection connection, long bytes) {
    Held of = held(connection, bytes);
    if (of != null) {
      long before = of.bytes();
      of.frame = bytes;
      changed(connection, of, before);
    }
  }

  private Held held(Connection connection, long bytes) {
    return bytes == 0 || connection.isClosed()
        ? held.get(connection)
        : held.computeIfAbsent(connection, begun -> new Held(tick));
  }

  private void changed(Connection connection, Held of, long before) {
    long all = ofNode.addAndGet(of.bytes() - before);
    if (of.bytes() == 0) {
      held.remove(connection);
    } else if (all > most) {
      closeOldest();
    }
  }

  private void closeOldest() {
    List<Connection> oldest = new ArrayList<>();
    long more = ofNode.get() - most;
    for (Iterator<Map.Entry<Connection, Held>> each = held.entrySet().iterator();
        more > 0 && each.hasNext(); ) {
      Map.Entry<Connection, Held> entry = each.next();
      more -= entry.getValue().bytes();
      oldest.add(entry.getKey());
    }
    oldest.forEach(connection -> connection.close(Disconnect.MESSAGE_TIMEOUT));
  }

  /** The connection is gone. */
  void forget(Connection connection) {
    Held of = held.remove(connection);
    if (of != null) {
      ofNode.addAndGet(-of.bytes());
    }
  }

  /** To be called once a second. */
  void tick() {
    tick++;
    List<Connection> late = new ArrayList<>();
    for (Map.Entry<Connection, Held> entry : held.entrySet()) {
      if (tick - entry.getValue().since <= seconds) {
        break;
      }
      late.add(entry.getKey());
    }
    late.forEach(connection -> connection.close(Disconnect.MESSAGE_TIMEOUT));
  }
}
