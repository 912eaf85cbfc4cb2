package io.mycelium.journal.jdbc;

import io.mycelium.journal.jdbc.KnownRooms.Place;

/**
 * Consecutive entries of a room that one generation wrote, as encoded by {@link EntryBlocks}.
 *
 * @param first sequence of the first entry
 * @param size number of entries
 * @param latest the latest of their times
 * @param bytes shared with other blocks; this block has those from {@code from} to {@code to},
 *     exclusive
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

  /** The same block with its bytes in another array. */
  EntryBlock in(byte[] another) {
    return new EntryBlock(place, generation, first, size, latest, another, from, to);
  }
}
