package io.mycelium.bench;

/**
 * A room of a server that only broadcasts: it promises no order but each sender's own. On the
 * room's event loop.
 */
final class Crowd {
  private final String room;
  private final int first;
  private final int pushers;
  private long pushed;

  /**
   * @param first of its sockets' ids, which are those of the pushers and then those of the others
   */
  Crowd(String room, int first, int pushers) {
    this.room = room;
    this.first = first;
    this.pushers = pushers;
  }

  String room() {
    return room;
  }

  int first() {
    return first;
  }

  int pushers() {
    return pushers;
  }

  /** What each of its sockets has to get in the end. */
  long pushed() {
    return pushed;
  }

  void push() {
    pushed++;
  }
}
