package io.mycelium.room.types;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The latest payload of each user (multiplayer movement): <code>
 * {"ada": {"user": "ada", "payload": ...}}</code>. A user's entry is removed when the user's last
 * channel leaves; the delta is then {@code {"ada": null}}.
 */
public final class CollaborativeType implements RoomType {
  /** Event of the entry that removes a user. */
  static final String LEAVE = "leave";

  @Override
  public String name() {
    return "collaborative";
  }

  @Override
  public String description() {
    return "The latest message of each user, such as positions in a multiplayer game; it goes with"
        + " its user";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    return new Logic();
  }

  record Logic() implements RoomLogic<Payloads> {
    /** A user is the key of an object, and named in it. */
    private static final Payloads EMPTY = Payloads.empty(2);

    private static final byte[] USER = JsonWriter.constant(":{\"user\":");
    private static final byte[] PAYLOAD = JsonWriter.constant(",\"payload\":");
    private static final byte[] GONE = JsonWriter.constant(":null");

    @Override
    public Payloads init() {
      return EMPTY;
    }

    @Override
    public Effects onPush(Payloads state, Push push) {
      if (!Push.PUSH.equals(push.event())) {
        return UnknownEvent.reject(push);
      }
      if (push.user() == null) {
        return Effects.reject(
            ErrorCode.INVALID_PAYLOAD.reason(), "user is null, expected the id of a user");
      }
      return Effects.append(push);
    }

    @Override
    public Effects onLeave(Payloads state, Member member, boolean lastOfUser) {
      boolean goes = lastOfUser && state.map().containsKey(member.user());
      return goes ? Effects.append(LEAVE, member.user(), Payload.NULL) : Effects.none();
    }

    @Override
    public Payloads apply(Payloads state, Entry entry) {
      return isLeave(entry) ? state.minus(entry.user()) : state.plus(entry.user(), entry.payload());
    }

    private static boolean isLeave(Entry entry) {
      return LEAVE.equals(entry.event());
    }

    @Override
    public Payload view(Payloads state) {
      return render(state.map());
    }

    /** The users of an ended process are gone, but could not leave. */
    @Override
    public Effects onOpen(Payloads state) {
      Effects effects = Effects.none();
      for (String user : state.map().keySet()) {
        effects = effects.andAppend(LEAVE, user, Payload.NULL);
      }
      return effects;
    }

    @Override
    public Payload save(Payloads state) {
      return CollaborativeSnapshot.write(state.map());
    }

    @Override
    public Payloads restore(Payload saved) {
      return CollaborativeSnapshot.read(saved, EMPTY);
    }

    @Override
    public long size(Payloads state) {
      return state.size();
    }

    /** The last entry of each user counts. */
    @Override
    public Payload delta(Payloads state, List<Entry> entries) {
      Map<String, Payload> latest = new LinkedHashMap<>();
      for (Entry entry : entries) {
        latest.put(entry.user(), isLeave(entry) ? null : entry.payload());
      }
      return render(latest);
    }

    private static Payload render(Map<String, Payload> users) {
      JsonWriter out = new JsonWriter(2 + users.size() * 96).raw('{');
      boolean first = true;
      for (Map.Entry<String, Payload> user : users.entrySet()) {
        if (!first) {
          out.raw(',');
        }
        first = false;
        out.quote(user.getKey());
        if (user.getValue() == null) {
          out.raw(GONE);
        } else {
          out.raw(USER).quote(user.getKey()).raw(PAYLOAD).raw(user.getValue().asJson()).raw('}');
        }
      }
      return Payload.json(out.raw('}').toBytes());
    }
  }
}
