package io.mycelium.journal.jdbc;

import io.mycelium.journal.Entry;
import io.mycelium.journal.StoreException;
import io.mycelium.journal.jdbc.KnownRooms.Place;
import io.mycelium.protocol.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The encoding of blocks of entries. An entry is its time, event, user, key, kind (0 JSON, 1
 * binary) and payload. A row of the table of entries has a version and the entries of a block; a
 * row of unsorted entries has a version, and for each block instance, room, generation, sequence of
 * the first entry, number of entries, the latest of their times, the length of what follows, and
 * the entries. Numbers are big-endian; texts are UTF-8 behind their length, −1 for null.
 */
final class EntryBlocks {
  private static final int VERSION = 2;

  /**
   * The version whose rows of unsorted entries name instance, generation, room and sequence for
   * each entry.
   */
  private static final int FIRST_VERSION = 1;

  /**
   * Limits of a block with more than one entry: the number of entries, and about how many bytes.
   */
  private static final int MAX_ENTRIES = 64;

  private static final int MAX_BYTES = 32 << 10;

  /** About how many bytes an entry takes in addition to its payload. */
  private static final int BESIDE_PAYLOAD = 64;

  private EntryBlocks() {}

  /** An entry, and who wrote it. */
  record Kept(long generation, Entry entry) {}

  /** Blocks, whose bytes start at index 0 of an array. */
  record Encoded(byte[] array, int length, List<EntryBlock> blocks) {
    /** A row of unsorted entries with these blocks. */
    byte[] row() {
      return Arrays.copyOf(array, length);
    }
  }

  /** The entries of each room in the order of their sequences. */
  static Encoded of(Map<Place, List<Kept>> rooms) {
    List<EntryBlock> blocks = new ArrayList<>(rooms.size());
    ByteBuf out = Unpooled.buffer(expected(rooms));
    out.writeByte(VERSION);
    rooms.forEach(
        (place, entries) -> {
          for (int from = 0; from < entries.size(); ) {
            int to = end(entries, from);
            blocks.add(write(out, place, entries.subList(from, to)));
            from = to;
          }
        });
    byte[] array = out.array();
    blocks.replaceAll(block -> block.in(array));
    return new Encoded(array, out.writerIndex(), blocks);
  }

  /** About how many bytes the result has. */
  private static int expected(Map<Place, List<Kept>> rooms) {
    long bytes = 0;
    for (List<Kept> entries : rooms.values()) {
      bytes += BESIDE_PAYLOAD;
      for (Kept kept : entries) {
        bytes += expected(kept);
      }
    }
    return (int) Math.min(bytes, Integer.MAX_VALUE >> 1);
  }

  private static int expected(Kept kept) {
    return BESIDE_PAYLOAD + kept.entry().payload().length();
  }

  private static int end(List<Kept> entries, int from) {
    Kept first = entries.get(from);
    int bytes = expected(first);
    int to = from + 1;
    while (to < entries.size() && to - from < MAX_ENTRIES) {
      Kept next = entries.get(to);
      bytes += expected(next);
      if (bytes > MAX_BYTES
          || next.generation() != first.generation()
          || next.entry().seq() != first.entry().seq() + to - from) {
        break;
      }
      to++;
    }
    return to;
  }

  private static EntryBlock write(ByteBuf out, Place place, List<Kept> entries) {
    long generation = entries.get(0).generation();
    long first = entries.get(0).entry().seq();
    long latest = Long.MIN_VALUE;
    for (Kept kept : entries) {
      latest = Math.max(latest, kept.entry().at());
    }
    write(out, place.instance());
    write(out, place.room());
    out.writeLong(generation).writeLong(first).writeInt(entries.size()).writeLong(latest);
    int length = out.writerIndex();
    out.writeInt(0);
    int from = out.writerIndex();
    for (Kept kept : entries) {
      write(out, kept.entry());
    }
    out.setInt(length, out.writerIndex() - from);
    return new EntryBlock(
        place, generation, first, entries.size(), latest, null, from, out.writerIndex());
  }

  private static void write(ByteBuf out, Entry entry) {
    out.writeLong(entry.at());
    write(out, entry.event());
    write(out, entry.user());
    write(out, entry.key());
    out.writeByte(entry.payload().isBinary() ? 1 : 0);
    write(out, entry.payload().bytes());
  }

  private static void write(ByteBuf out, String text) {
    write(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(ByteBuf out, byte[] bytes) {
    out.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.writeBytes(bytes);
    }
  }

  /**
   * The blocks of a row of unsorted entries.
   *
   * @throws StoreException if the row's version is unknown
   */
  static List<EntryBlock> read(byte[] row) {
    ByteBuf in = Unpooled.wrappedBuffer(row);
    return version(in, FIRST_VERSION) == FIRST_VERSION ? readFirstVersion(in) : read(in, row);
  }

  private static int version(ByteBuf in, int oldest) {
    int version = in.readByte();
    if (version < oldest || version > VERSION) {
      throw new StoreException(
          "the journal has entries of version "
              + version
              + ", expected "
              + oldest
              + " to "
              + VERSION
              + ": start the version of this server that wrote them",
          null);
    }
    return version;
  }

  private static List<EntryBlock> read(ByteBuf in, byte[] row) {
    List<EntryBlock> blocks = new ArrayList<>();
    while (in.isReadable()) {
      Place place = new Place(text(in), text(in));
      long generation = in.readLong();
      long first = in.readLong();
      int size = in.readInt();
      long latest = in.readLong();
      int length = in.readInt();
      int from = in.readerIndex();
      in.skipBytes(length);
      blocks.add(
          new EntryBlock(place, generation, first, size, latest, row, from, in.readerIndex()));
    }
    return blocks;
  }

  private static List<EntryBlock> readFirstVersion(ByteBuf in) {
    List<EntryBlock> blocks = new ArrayList<>();
    String instance = "";
    while (in.isReadable()) {
      String named = text(in);
      instance = named.isEmpty() ? instance : named;
      long generation = in.readLong();
      Place place = new Place(instance, text(in));
      Kept kept = new Kept(generation, entry(in, in.readLong()));
      blocks.addAll(of(Map.of(place, List.of(kept))).blocks());
    }
    return blocks;
  }

  private static Entry entry(ByteBuf in, long seq) {
    long at = in.readLong();
    String event = text(in);
    String user = text(in);
    String key = text(in);
    boolean binary = in.readByte() == 1;
    byte[] payload = bytes(in);
    return new Entry(
        seq, at, event, user, binary ? Payload.binary(payload) : Payload.json(payload), key);
  }

  private static String text(ByteBuf in) {
    byte[] bytes = bytes(in);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuf in) {
    int length = in.readInt();
    if (length < 0) {
      return null;
    }
    byte[] bytes = new byte[length];
    in.readBytes(bytes);
    return bytes;
  }

  /** How many blocks, starting with this one, fit one row of the table of entries. */
  static int joined(List<EntryBlock> blocks, int from) {
    EntryBlock first = blocks.get(from);
    long bytes = first.length();
    long entries = first.size();
    int to = from + 1;
    while (to < blocks.size()) {
      EntryBlock next = blocks.get(to);
      bytes += next.length();
      entries += next.size();
      if (bytes > MAX_BYTES
          || entries > MAX_ENTRIES
          || next.generation() != first.generation()
          || !next.place().equals(first.place())
          || next.first() != blocks.get(to - 1).last() + 1) {
        break;
      }
      to++;
    }
    return to - from;
  }

  /** The payload of a row of the table of entries. */
  static byte[] row(List<EntryBlock> blocks) {
    int length = 1;
    for (EntryBlock block : blocks) {
      length += block.length();
    }
    byte[] row = new byte[length];
    row[0] = VERSION;
    int at = 1;
    for (EntryBlock block : blocks) {
      System.arraycopy(block.bytes(), block.from(), row, at, block.length());
      at += block.length();
    }
    return row;
  }

  /**
   * The entries of a row of the table of entries.
   *
   * @param last sequence of the last entry
   * @throws StoreException if the row's version is unknown
   */
  static List<Entry> entries(long last, int size, byte[] row) {
    ByteBuf in = Unpooled.wrappedBuffer(row);
    version(in, VERSION);
    List<Entry> entries = new ArrayList<>(size);
    for (int i = 1; i <= size; i++) {
      entries.add(entry(in, last - size + i));
    }
    return entries;
  }
}
