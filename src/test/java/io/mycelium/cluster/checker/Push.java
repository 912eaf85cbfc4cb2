package io.mycelium.cluster.checker;

/** A message that a client wants in a room, and what became of it. On the clients' thread. */
final class Push {
  enum Kind {
    /** Sent once; if its socket is lost before the answer, nobody knows whether it was applied. */
    PLAIN,
    /** With a key: sent again until it is acknowledged. */
    ONCE
  }

  enum Outcome {
    OPEN,
    ACKED,
    /** By name: nothing was applied. */
    REFUSED,
    /** Applied or not: the answer was lost, or says so. */
    DOUBT
  }

  final String id;
  final String client;
  final RoomKey room;
  final Kind kind;

  /** Milliseconds of the run. */
  final long madeAt;

  private Outcome outcome = Outcome.OPEN;
  private String reason;
  private long seq;
  private long settledAt = -1;

  Push(String id, String client, RoomKey room, Kind kind, long madeAt) {
    this.id = id;
    this.client = client;
    this.room = room;
    this.kind = kind;
    this.madeAt = madeAt;
  }

  void acked(long as, long at) {
    outcome = Outcome.ACKED;
    seq = as;
    settledAt = at;
  }

  /** For a plain push only. */
  void ended(Outcome how, String why, long at) {
    outcome = how;
    reason = why;
    settledAt = at;
  }

  Outcome outcome() {
    return outcome;
  }

  /** Why it was refused or is in doubt. */
  String reason() {
    return reason;
  }

  /** As which it was acknowledged. */
  long seq() {
    return seq;
  }

  /** Milliseconds of the run; -1 while it is open. */
  long settledAt() {
    return settledAt;
  }

  @Override
  public String toString() {
    return kind + " " + id + " in " + room + " (" + outcome + (seq > 0 ? " as " + seq : "") + ")";
  }
}
