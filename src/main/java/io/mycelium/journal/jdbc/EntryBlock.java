package io.mycelium.journal.jdbc;

import io.mycelium.journal.jdbc.KnownRooms.Place;

/**
 * Consecutive entries of a room that one generation wrote, in the form in which they are kept:
 * {@link EntryBlocks} has made it.
 *
 * @param first sequence of the first entry
 * @param size number of entries
 * @param latest the latest of their times
 * @param bytes shared with other blocks; this one's are from {@code from} to {@code to}, exclusive
 */
record EntryBlock(
    Place place,
    long generation,
    long first,
    int size,
    long latest,
    byte[] bytes,
    int from,
    int to) {

  /** Sequence of the last entry. */
  long last() {
    return first + size - 1;
  }

  int length() {
    return to - from;
  }

  /** The same where its bytes are in another array. */
  EntryBlock in(byte[] another) {
    return new EntryBlock(place, generation, first, size, latest, another, from, to);
  }
}
