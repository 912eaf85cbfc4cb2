package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a hub's connections hold of messages that are not complete. They have a time in which to
 * come to their end, and all of a node's a bound in bytes; above it the oldest go first, since
 * whoever means well is soon done. Only fragments and large frames come here. On the hub's event
 * loop.
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

  /** Of one message, or of a fragmented one and the frame that is to be its next. */
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

  /** Fragments of a message are kept: so many bytes altogether, 0 once it is complete. */
  public void fragments(Connection connection, long bytes) {
    Held of = held(connection, bytes);
    if (of != null) {
      long before = of.bytes();
      of.fragments = bytes;
      changed(connection, of, before);
    }
  }

  /** A frame is not complete: so many bytes of it are there, 0 once it is. */
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

  /** A second has passed. */
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
