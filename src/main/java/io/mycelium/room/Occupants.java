package io.mycelium.room;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.mycelium.presence.Presence;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.RoomLimits;
import io.mycelium.room.spi.RoomSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is in a room: channels by user, and presence if the room tracks it. For the instance's
 * thread.
 */
public final class Occupants {
  /**
   * Bytes of a join's payload in addition to its {@code meta}; the payload is kept as long as the
   * channel.
   */
  private static final int JOIN_BYTES = 64 << 10;

  private final boolean tracksPresence;
  private final RoomLimits limits;
  private Map<String, Integer> channelsByUser = Map.of();
  private Presence presence;
  private int channels;
  private boolean diffScheduled;

  Occupants(RoomSettings settings) {
    this.tracksPresence = settings.presence();
    this.limits = settings.limits();
  }

  /**
   * Those that another node's room had, in the order in which they joined; nobody is to be told of
   * them.
   *
   * @param metas of each member, JSON; null where the room has presence off
   */
  public static Occupants moved(
      RoomSettings settings, List<Member> members, Map<Long, String> metas) {
    Occupants made = new Occupants(settings);
    for (Member member : members) {
      String meta = metas.get(member.ref());
      made.add(member, meta == null ? null : new Presence.Meta(metaRef(member), meta));
    }
    if (made.presence != null && made.presence.hasDiff()) {
      made.presence.takeDiff();
    }
    return made;
  }

  /** The presence meta of a channel, JSON; null if the room has presence off. */
  public String metaOf(Member member) {
    Presence.Meta meta = presence == null ? null : presence.meta(member.user(), metaRef(member));
    return meta == null ? null : meta.json();
  }

  /** Whether others are to be told of changes. */
  public boolean hasDiff() {
    return presence != null && presence.hasDiff();
  }

  public int channels() {
    return channels;
  }

  public int users() {
    return channelsByUser.size();
  }

  /** Null if the room has presence off. */
  public byte[] presenceState() {
    return tracksPresence ? tracked().state() : null;
  }

  /** The same for an observer, who gets no diffs. */
  public byte[] presence() {
    return tracksPresence ? tracked().members() : null;
  }

  /**
   * The presence meta of a channel that joins; null if the room has presence off. Changes nothing.
   *
   * @throws Refusal if the join's payload or meta is too large to be kept with the channel
   */
  public Presence.Meta meta(Member member, long now) {
    int most = JOIN_BYTES + limits.maxMetaBytes();
    if (member.params().length() > most) {
      throw new Refusal(
          ErrorCode.INVALID_PAYLOAD,
          "payload has %d bytes, expected at most %d of a join: max_meta_bytes and %d"
              .formatted(member.params().length(), most, JOIN_BYTES));
    }
    return tracksPresence ? metaOf(member, now) : null;
  }

  /**
   * @param meta what {@link #meta} gave for the member
   */
  public void add(Member member, Presence.Meta meta) {
    if (channelsByUser.isEmpty()) {
      channelsByUser = new HashMap<>(4);
    }
    channelsByUser.merge(member.user(), 1, Integer::sum);
    channels++;
    if (tracksPresence) {
      tracked().join(member.user(), meta);
    }
  }

  /** Returns whether the user has no other channel in the room. */
  public boolean remove(Member member) {
    channels--;
    boolean last =
        channelsByUser.merge(member.user(), -1, (a, b) -> a + b == 0 ? null : a + b) == null;
    if (tracksPresence) {
      tracked().leave(member.user(), metaRef(member));
    }
    return last;
  }

  /** Whether a diff must be sent and is not scheduled yet; true only once per diff. */
  public boolean claimDiff() {
    boolean claimed = !diffScheduled && presence != null && presence.hasDiff();
    diffScheduled |= claimed;
    return claimed;
  }

  /** The timer that was to send the diff is gone. */
  void forgetSchedule() {
    diffScheduled = false;
  }

  /** Null if all changes cancelled out. */
  public byte[] takeDiff() {
    diffScheduled = false;
    return presence.hasDiff() ? presence.takeDiff() : null;
  }

  private Presence tracked() {
    if (presence == null) {
      presence = new Presence(limits.maxPresenceBytes());
    }
    return presence;
  }

  /** Short, because a meta has the reference twice: as a field and in its JSON. */
  private static String metaRef(Member member) {
    return Long.toString(member.ref(), Character.MAX_RADIX);
  }

  /** The join's {@code meta} object, with {@code phx_ref} and {@code online_at} (ms since 1970). */
  private Presence.Meta metaOf(Member member, long now) {
    String ref = metaRef(member);
    ObjectNode json =
        JsonNodeFactory.instance.objectNode().put("phx_ref", ref).put("online_at", now);
    if (member.params().length() > 2 && member.params().isObject()) {
      JsonNode given = member.params().tree().get("meta");
      if (given instanceof ObjectNode object) {
        checkSize(object);
        json.setAll(object);
        json.put("phx_ref", ref);
      }
    }
    return new Presence.Meta(ref, Payload.of(json).toString());
  }

  private void checkSize(ObjectNode meta) {
    int bytes = Payload.of(meta).length();
    if (bytes > limits.maxMetaBytes()) {
      throw new Refusal(
          ErrorCode.INVALID_PAYLOAD,
          "meta has %d bytes, expected at most %d (max_meta_bytes)"
              .formatted(bytes, limits.maxMetaBytes()));
    }
  }
}
