package io.mycelium.journal;

import io.mycelium.protocol.Payload;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Many entries in one array of bytes: a version, and for each entry instance (empty if it is that
 * of the entry before), generation, room, sequence, time, event, user, key, kind (0 JSON, 1 binary)
 * and payload. Numbers are big-endian; texts are UTF-8 behind their length, −1 for null.
 */
final class EntryBlob {
  private static final int VERSION = 1;
  private static final int BYTES_EACH = 128;

  private EntryBlob() {}

  static byte[] of(List<UnsortedEntries.Kept> entries) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(entries.size() * BYTES_EACH);
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.writeByte(VERSION);
      String instance = "";
      for (UnsortedEntries.Kept kept : entries) {
        Entry entry = kept.entry();
        write(out, kept.instance().equals(instance) ? "" : kept.instance());
        instance = kept.instance();
        out.writeLong(kept.generation());
        write(out, kept.room());
        out.writeLong(entry.seq());
        out.writeLong(entry.at());
        write(out, entry.event());
        write(out, entry.user());
        write(out, entry.key());
        out.writeByte(entry.payload().isBinary() ? 1 : 0);
        write(out, entry.payload().bytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, String text) throws IOException {
    write(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.write(bytes);
    }
  }

  /**
   * What {@link #of} made.
   *
   * @throws StoreException if it is of another version
   */
  static List<UnsortedEntries.Kept> read(byte[] blob) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(blob));
    List<UnsortedEntries.Kept> entries = new ArrayList<>();
    try {
      int version = in.readByte();
      if (version != VERSION) {
        throw new StoreException(
            "the table unsorted has entries of version "
                + version
                + ", expected "
                + VERSION
                + ": start the version of this server that wrote them",
            null);
      }
      String instance = "";
      while (in.available() > 0) {
        String named = text(in);
        instance = named.isEmpty() ? instance : named;
        long generation = in.readLong();
        String room = text(in);
        entries.add(new UnsortedEntries.Kept(instance, generation, room, entry(in)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  private static Entry entry(DataInputStream in) throws IOException {
    long seq = in.readLong();
    long at = in.readLong();
    String event = text(in);
    String user = text(in);
    String key = text(in);
    boolean binary = in.readByte() == 1;
    byte[] payload = bytes(in);
    return new Entry(
        seq, at, event, user, binary ? Payload.binary(payload) : Payload.json(payload), key);
  }

  private static String text(DataInputStream in) throws IOException {
    byte[] bytes = bytes(in);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : in.readNBytes(length);
  }
}
