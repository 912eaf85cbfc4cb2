package io.mycelium.cluster.checker;

/** A room of an instance. */
record RoomKey(String instance, String room) implements Comparable<RoomKey> {
  @Override
  public int compareTo(RoomKey other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return instance + "/" + room;
  }
}
