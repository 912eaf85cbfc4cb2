package io.mycelium.cluster.checker;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * What happens one after the other; the same for the same seed. Each kind comes once before any
 * comes again, in an order of chance.
 */
final class Script {
  /** A fault, or a change that is planned. */
  enum Kind {
    KILL("kill -9", false, 500, 2500),
    PAUSE("SIGSTOP", false, 3000, 5000),
    SHORT_PAUSE("SIGSTOP, short", false, 200, 1500),
    STOP("SIGTERM", false, 0, 1000),
    ROLL("rolling restart", false, 0, 500),
    CUT_FROM_OTHERS("cut from nodes", true, 3000, 6000),
    CUT_FROM_DATABASE("cut from database", true, 3000, 6000),
    CUT_OFF("cut off", true, 3000, 6000),
    MUTE("heard by no node", true, 3000, 5000),
    SLOW("slow link", true, 3000, 5000),
    DATABASE_RESTART("restart", false, 0, 500),
    DATABASE_KILL("kill -9", false, 0, 1000),
    DATABASE_PAUSE("SIGSTOP", false, 1000, 4000),
    MOVES("moves", false, 0, 0);

    /** In the picture, on the row of its node or of the database. */
    final String words;

    final boolean needsNamespaces;
    private final int shortest;
    private final int longest;

    Kind(String words, boolean needsNamespaces, int shortest, int longest) {
      this.words = words;
      this.needsNamespaces = needsNamespaces;
      this.shortest = shortest;
      this.longest = longest;
    }
  }

  /**
   * One of them.
   *
   * @param holds milliseconds from the fault until it is healed
   * @param rests milliseconds until the next one
   */
  record Step(Kind kind, int node, long holds, long rests) {}

  private static final int SHORTEST_REST_MS = 300;
  private static final int LONGEST_REST_MS = 2000;

  private final Random random;
  private final List<Kind> kinds;
  private final List<Kind> deck = new ArrayList<>();

  /**
   * @param kinds names with commas between; empty for all
   */
  Script(long seed, String kinds) {
    this.random = new Random(seed);
    this.kinds =
        kinds.isEmpty()
            ? List.of(Kind.values())
            : Stream.of(kinds.split(",")).map(Kind::valueOf).toList();
  }

  Step next() {
    if (deck.isEmpty()) {
      deck.addAll(kinds);
      Collections.shuffle(deck, random);
    }
    Kind kind = deck.remove(deck.size() - 1);
    return new Step(
        kind,
        random.nextInt(Cluster.NODES),
        kind.shortest + random.nextInt(kind.longest - kind.shortest + 1),
        SHORTEST_REST_MS + random.nextInt(LONGEST_REST_MS - SHORTEST_REST_MS));
  }
}
