package io.mycelium.room;

import io.mycelium.protocol.JsonWriter;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The names of an instance's rooms for its clients. Any client may ask for them, so they are put in
 * order once after each change, and a refusal names a few only. For one thread.
 */
public final class RoomNames {
  private static final int SOME = 20;
  private static final int BYTES_EACH = 16;

  private final Set<String> rooms;
  private byte[] message;
  private String some;

  public RoomNames(Set<String> rooms) {
    this.rooms = rooms;
  }

  public void changed() {
    message = null;
    some = null;
  }

  /** The payload of {@code rooms}: all names in order. */
  public byte[] message() {
    if (message == null) {
      JsonWriter out = new JsonWriter(BYTES_EACH * rooms.size() + 64);
      out.raw(JsonWriter.constant("{\"data\":["));
      String separator = "";
      for (String name : new TreeSet<>(rooms)) {
        out.raw(JsonWriter.constant(separator)).quote(name);
        separator = ",";
      }
      message = out.raw(']').raw('}').toBytes();
    }
    return message;
  }

  /** The first names in order, for people. */
  public String some() {
    if (some == null) {
      String first = rooms.stream().sorted().limit(SOME).collect(Collectors.joining(", ", "[", ""));
      int more = rooms.size() - SOME;
      some = first + (more > 0 ? ", and " + more + " more]" : "]");
    }
    return some;
  }
}
