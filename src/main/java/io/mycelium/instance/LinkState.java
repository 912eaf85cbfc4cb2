package io.mycelium.instance;

import io.mycelium.room.spi.Member;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** One gateway's link as the instance sees it: its connections, and the last applied command. */
final class LinkState {
  /** A connection's channel in a room. */
  record Channel(String room, Member member) {}

  /** A connection with its channels. */
  static final class Connection {
    private final String user;
    private final List<Channel> channels = new ArrayList<>(1);
    private Map<String, Long> waiting = Map.of();

    Connection(String user) {
      this.user = user;
    }

    String user() {
      return user;
    }

    void add(Channel channel) {
      channels.add(channel);
    }

    boolean isIn(String room) {
      return channels.stream().anyMatch(channel -> channel.room().equals(room));
    }

    /** Null if the connection has no channel in that room. */
    Member remove(String room) {
      for (int i = 0; i < channels.size(); i++) {
        if (channels.get(i).room().equals(room)) {
          return channels.remove(i).member();
        }
      }
      return null;
    }

    /** A join that is answered later; a later join or a leave of the room replaces it. */
    void awaits(String room, long joinNumber) {
      if (waiting.isEmpty()) {
        waiting = new HashMap<>(2);
      }
      waiting.put(room, joinNumber);
    }

    /** Cancels the pending join with this number, if the room has one. */
    boolean stopsWaiting(String room, long joinNumber) {
      return waiting.remove(room, joinNumber);
    }

    void stopsWaiting(String room) {
      if (!waiting.isEmpty()) {
        waiting.remove(room);
      }
    }

    List<Channel> channels() {
      return channels;
    }
  }

  private final String gateway;
  private final Map<Long, Connection> connections = new HashMap<>();
  private final RecentReplies replies = new RecentReplies();
  private long applied;

  LinkState(String gateway) {
    this.gateway = gateway;
  }

  String gateway() {
    return gateway;
  }

  long applied() {
    return applied;
  }

  void applied(long number) {
    applied = number;
  }

  RecentReplies replies() {
    return replies;
  }

  /** Null if the connection is not open. */
  Connection connection(long number) {
    return connections.get(number);
  }

  Connection open(long number, String user) {
    return connections.computeIfAbsent(number, n -> new Connection(user));
  }

  Connection close(long number) {
    return connections.remove(number);
  }

  int size() {
    return connections.size();
  }

  List<Long> numbers() {
    return List.copyOf(connections.keySet());
  }

  Iterator<Connection> connections() {
    return connections.values().iterator();
  }
}
