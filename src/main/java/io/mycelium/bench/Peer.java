package io.mycelium.bench;

import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;

/** One socket in one room, which checks all that comes. On its event loop. */
interface Peer {
  /** Where figures go; that of the step which runs. Times of {@link System#nanoTime}. */
  interface Figures {
    void delivered(long due, long now);

    void acknowledged(long due, long now);
  }

  /**
   * Takes a socket that was just opened.
   *
   * @return done once it is in its room
   */
  Future<Void> join(WebSocket opened);

  boolean isJoined();

  /**
   * Pushes to its room.
   *
   * @param due when that was to be
   */
  void push(long due);

  /** Whether it still waits for something: an answer, or what others have of its room. */
  boolean isUnfinished();

  /** Names what will not come any more. */
  void finish();

  Future<Void> close();
}
