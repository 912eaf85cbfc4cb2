package io.mycelium.presence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Users of one room with one meta per channel, and the changes since the last diff. A channel that
 * joins and leaves between two diffs is in neither, unless a {@link #state} has shown it meanwhile:
 * the receivers of that state must be told that it left.
 *
 * <p>JSON shapes (source: Phoenix.Presence): state <code>
 * {"user": {"metas": [{"phx_ref": "1", ...}]}}</code>, diff <code>
 * {"joins": state, "leaves": state}</code>.
 */
public final class Presence {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * One channel of a user.
   *
   * @param ref the meta's {@code phx_ref}, unique in the room
   * @param json the meta as a JSON object, {@code phx_ref} included
   * @param bytes of it in UTF-8
   */
  public record Meta(String ref, String json, int bytes) {
    public Meta(String ref, String json) {
      this(ref, json, utf8(json));
    }

    static int utf8(String text) {
      return text.getBytes(StandardCharsets.UTF_8).length;
    }
  }

  private final int maxBytes;

  private final Map<String, List<Meta>> users = new LinkedHashMap<>();
  private Map<String, List<Meta>> joins = new LinkedHashMap<>();
  private Map<String, List<Meta>> leaves = new LinkedHashMap<>();

  private final Set<String> shownJoins = new HashSet<>();

  /**
   * @param maxBytes above which a state, and each half of a diff, shows large metas with their
   *     {@code phx_ref} alone
   */
  public Presence(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  public void join(String user, Meta meta) {
    add(users, user, meta);
    add(joins, user, meta);
  }

  /** Does nothing if the user has no channel with that reference. */
  public void leave(String user, String ref) {
    Meta meta = remove(users, user, ref);
    if (meta != null && (remove(joins, user, ref) == null || shownJoins.contains(ref))) {
      add(leaves, user, meta);
    }
  }

  /** The meta with that reference; null if the user has no such channel. */
  public Meta meta(String user, String ref) {
    for (Meta meta : users.getOrDefault(user, List.of())) {
      if (meta.ref().equals(ref)) {
        return meta;
      }
    }
    return null;
  }

  public boolean hasDiff() {
    return !joins.isEmpty() || !leaves.isEmpty();
  }

  /** The changes since the last call, as the payload of a {@code presence_diff}. */
  public byte[] takeDiff() {
    byte[] diff =
        write(
            json -> {
              json.writeFieldName("joins");
              writeUsers(json, joins);
              json.writeFieldName("leaves");
              writeUsers(json, leaves);
            });
    joins = new LinkedHashMap<>();
    leaves = new LinkedHashMap<>();
    shownJoins.clear();
    return diff;
  }

  /** Everyone, as the payload of a {@code presence_state}. */
  public byte[] state() {
    joins.values().forEach(metas -> metas.forEach(meta -> shownJoins.add(meta.ref())));
    return members();
  }

  /** The same for a reader who gets no diffs; changes nothing. */
  public byte[] members() {
    return write(json -> writeFields(json, users));
  }

  public int userCount() {
    return users.size();
  }

  private static void add(Map<String, List<Meta>> to, String user, Meta meta) {
    to.computeIfAbsent(user, u -> new ArrayList<>(1)).add(meta);
  }

  private static Meta remove(Map<String, List<Meta>> from, String user, String ref) {
    List<Meta> metas = from.get(user);
    if (metas == null) {
      return null;
    }
    for (int i = 0; i < metas.size(); i++) {
      if (metas.get(i).ref().equals(ref)) {
        Meta removed = metas.remove(i);
        if (metas.isEmpty()) {
          from.remove(user);
        }
        return removed;
      }
    }
    return null;
  }

  /** Writes the fields of one object. */
  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] write(Fields fields) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void writeUsers(JsonGenerator json, Map<String, List<Meta>> users) throws IOException {
    json.writeStartObject();
    writeFields(json, users);
    json.writeEndObject();
  }

  private void writeFields(JsonGenerator json, Map<String, List<Meta>> users) throws IOException {
    Cut cut = Cut.of(users, maxBytes);
    for (Map.Entry<String, List<Meta>> user : users.entrySet()) {
      json.writeObjectFieldStart(user.getKey());
      json.writeArrayFieldStart("metas");
      for (Meta meta : user.getValue()) {
        if (cut.isWhole(meta)) {
          json.writeRawValue(meta.json());
        } else {
          json.writeStartObject();
          json.writeStringField("phx_ref", meta.ref());
          json.writeEndObject();
        }
      }
      json.writeEndArray();
      json.writeEndObject();
    }
  }
}
