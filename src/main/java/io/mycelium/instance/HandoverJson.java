package io.mycelium.instance;

import io.mycelium.bus.Outbound;
import io.mycelium.journal.Entry;
import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.room.Occupants;
import io.mycelium.room.OnceKeys;
import io.mycelium.room.RecentEntries;
import io.mycelium.room.SavedRoom;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.RoomSettings;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A handover as it goes to another node: who is there, and what each link was told. States are read
 * from their closing snapshots there, entries from the journal; only the newest entries of rooms
 * that are not in the journal go with it.
 *
 * <p>Shape: {@code {closedBy, nextRef, rooms: {name: {seq, epoch, tickAt, entries?, keys?}}, links:
 * [{id, applied, replies: [...], connections: [{number, user, channels: [{room, ref, params,
 * meta}]}]}]}}.
 */
public final class HandoverJson {
  /** Bytes of the newest entries of a room that the journal does not keep. */
  private static final long RECENT_BYTES = 1 << 20;

  private HandoverJson() {}

  /**
   * @param generation that wrote the closing snapshots
   */
  public static JsonObject write(Handover handover, long generation) {
    JsonObject rooms = new JsonObject();
    handover.rooms().forEach((name, saved) -> rooms.put(name, room(saved)));
    JsonArray links = new JsonArray();
    handover.links().forEach(link -> links.add(link(link, handover.rooms())));
    return new JsonObject()
        .put("closedBy", generation)
        .put("nextRef", handover.nextRef())
        .put("rooms", rooms)
        .put("links", links);
  }

  private static JsonObject room(SavedRoom saved) {
    JsonObject json =
        new JsonObject()
            .put("seq", saved.seq())
            .put("epoch", saved.epoch())
            .put("tickAt", saved.tickAt());
    if (saved.recent() != null) {
      json.put("entries", entries(saved.recent()));
    }
    if (saved.keys() != null) {
      JsonObject keys = new JsonObject();
      saved.keys().all().forEach(keys::put);
      json.put("keys", keys);
    }
    return json;
  }

  private static JsonArray entries(RecentEntries recent) {
    List<Entry> all = recent.before(Long.MAX_VALUE, Integer.MAX_VALUE);
    int first = all.size();
    for (long bytes = 0; first > 0 && bytes < RECENT_BYTES; ) {
      bytes += all.get(--first).payload().length();
    }
    JsonArray json = new JsonArray();
    for (Entry entry : all.subList(first, all.size())) {
      json.add(
          payload(
              new JsonObject()
                  .put("seq", entry.seq())
                  .put("at", entry.at())
                  .put("event", entry.event())
                  .put("user", entry.user())
                  .put("key", entry.key()),
              entry.payload()));
    }
    return json;
  }

  private static JsonObject link(LinkState link, Map<String, SavedRoom> rooms) {
    JsonArray connections = new JsonArray();
    for (long number : link.numbers()) {
      LinkState.Connection connection = link.connection(number);
      JsonArray channels = new JsonArray();
      for (LinkState.Channel channel : connection.channels()) {
        Member member = channel.member();
        Occupants occupants = rooms.get(channel.room()).occupants();
        channels.add(
            payload(
                new JsonObject()
                    .put("room", channel.room())
                    .put("ref", member.ref())
                    .put("meta", occupants == null ? null : occupants.metaOf(member)),
                member.params()));
      }
      connections.add(
          new JsonObject()
              .put("number", number)
              .put("user", connection.user())
              .put("channels", channels));
    }
    return new JsonObject()
        .put("id", link.gateway())
        .put("applied", link.applied())
        .put("replies", replies(link))
        .put("connections", connections);
  }

  private static JsonArray replies(LinkState link) {
    JsonArray json = new JsonArray();
    for (Outbound.Reply reply : link.replies().all()) {
      json.add(
          new JsonObject()
              .put("number", reply.number())
              .put("code", reply.code() == null ? null : reply.code().name())
              .put("message", reply.message())
              .put("response", reply.response())
              .put("seq", reply.seq()));
    }
    return json;
  }

  private static JsonObject payload(JsonObject json, Payload payload) {
    return payload.isBinary()
        ? json.put("binary", payload.bytes())
        : json.put("json", payload.toString());
  }

  private static Payload payload(JsonObject json) {
    return json.containsKey("binary")
        ? Payload.binary(json.getBinary("binary"))
        : Payload.json(json.getString("json"));
  }

  /** The handover that {@link #write} wrote, for an instance with that definition. */
  public static Handover read(JsonObject json, InstanceSpec spec, JournalConfig limits) {
    Map<String, List<Member>> members = new HashMap<>();
    Map<Long, String> metas = new HashMap<>();
    List<LinkState> links = new ArrayList<>();
    for (Object each : json.getJsonArray("links")) {
      links.add(readLink((JsonObject) each, members, metas));
    }
    Map<String, SavedRoom> rooms = new HashMap<>();
    JsonObject given = json.getJsonObject("rooms");
    for (Map.Entry<String, RoomSettings> room : spec.rooms().entrySet()) {
      String name = room.getKey();
      List<Member> in = members.getOrDefault(name, List.of());
      rooms.put(
          name, readRoom(given.getJsonObject(name), room.getValue(), ordered(in), metas, limits));
    }
    return new Handover(rooms, links, json.getLong("nextRef"), false, json.getLong("closedBy"));
  }

  /** In the order in which they joined. */
  private static List<Member> ordered(List<Member> members) {
    return members.stream().sorted(Comparator.comparingLong(Member::ref)).toList();
  }

  private static LinkState readLink(
      JsonObject json, Map<String, List<Member>> members, Map<Long, String> metas) {
    LinkState link = new LinkState(json.getString("id"));
    link.applied(json.getLong("applied"));
    for (Object each : json.getJsonArray("replies")) {
      link.replies().add(readReply(link.gateway(), (JsonObject) each));
    }
    for (Object each : json.getJsonArray("connections")) {
      JsonObject given = (JsonObject) each;
      long number = given.getLong("number");
      LinkState.Connection connection = link.open(number, given.getString("user"));
      for (Object one : given.getJsonArray("channels")) {
        JsonObject channel = (JsonObject) one;
        String room = channel.getString("room");
        Member member =
            new Member(
                connection.user(),
                link.gateway(),
                number,
                channel.getLong("ref"),
                payload(channel));
        connection.add(new LinkState.Channel(room, member));
        members.computeIfAbsent(room, name -> new ArrayList<>()).add(member);
        metas.put(member.ref(), channel.getString("meta"));
      }
    }
    return link;
  }

  private static Outbound.Reply readReply(String link, JsonObject json) {
    String code = json.getString("code");
    return new Outbound.Reply(
        link,
        json.getLong("number"),
        code == null ? null : ErrorCode.valueOf(code),
        json.getString("message"),
        json.getBinary("response"),
        json.getLong("seq"));
  }

  /**
   * @param json null for a room that the other node did not know yet
   */
  private static SavedRoom readRoom(
      JsonObject json,
      RoomSettings settings,
      List<Member> members,
      Map<Long, String> metas,
      JournalConfig limits) {
    if (json == null) {
      return SavedRoom.unknown();
    }
    return SavedRoom.moved(
        json.getLong("seq"),
        json.getString("epoch"),
        Occupants.moved(settings, members, metas),
        json.getLong("tickAt"),
        readEntries(json.getJsonArray("entries"), limits),
        readKeys(json.getJsonObject("keys"), limits));
  }

  private static RecentEntries readEntries(JsonArray json, JournalConfig limits) {
    if (json == null) {
      return null;
    }
    RecentEntries recent = new RecentEntries(limits.maxEntriesPerRoom(), limits.maxBytesPerRoom());
    for (Object each : json) {
      JsonObject entry = (JsonObject) each;
      recent.add(
          new Entry(
              entry.getLong("seq"),
              entry.getLong("at"),
              entry.getString("event"),
              entry.getString("user"),
              payload(entry),
              entry.getString("key")));
    }
    return recent;
  }

  private static OnceKeys readKeys(JsonObject json, JournalConfig limits) {
    if (json == null) {
      return null;
    }
    Map<String, Long> keys = new HashMap<>();
    json.fieldNames().forEach(key -> keys.put(key, json.getLong(key)));
    return OnceKeys.restored(limits.pushOnceWindow(), keys);
  }
}
