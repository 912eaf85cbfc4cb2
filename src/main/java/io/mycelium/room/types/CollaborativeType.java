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
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The latest payload of each user (multiplayer movement): <code>
 * {"ada": {"user": "ada", "payload": ...}}</code>. A user's entry goes when their last channel
 * leaves; the delta says so with {@code {"ada": null}}.
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

  record Logic() implements RoomLogic<PMap<String, Payload>> {
    private static final byte[] USER = JsonWriter.constant(":{\"user\":");
    private static final byte[] PAYLOAD = JsonWriter.constant(",\"payload\":");
    private static final byte[] GONE = JsonWriter.constant(":null");

    @Override
    public PMap<String, Payload> init() {
      return HashTreePMap.empty();
    }

    @Override
    public Effects onPush(PMap<String, Payload> state, Push push) {
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
    public Effects onLeave(PMap<String, Payload> state, Member member, boolean lastOfUser) {
      boolean goes = lastOfUser && state.containsKey(member.user());
      return goes ? Effects.append(LEAVE, member.user(), Payload.NULL) : Effects.none();
    }

    @Override
    public PMap<String, Payload> apply(PMap<String, Payload> state, Entry entry) {
      return isLeave(entry) ? state.minus(entry.user()) : state.plus(entry.user(), entry.payload());
    }

    private static boolean isLeave(Entry entry) {
      return LEAVE.equals(entry.event());
    }

    @Override
    public Payload view(PMap<String, Payload> state) {
      return render(state);
    }

    /** A process that ended took its users with it, and none of them could leave. */
    @Override
    public Effects onOpen(PMap<String, Payload> state) {
      Effects effects = Effects.none();
      for (String user : state.keySet()) {
        effects = effects.andAppend(LEAVE, user, Payload.NULL);
      }
      return effects;
    }

    @Override
    public Payload save(PMap<String, Payload> state) {
      return CollaborativeSnapshot.write(state);
    }

    @Override
    public PMap<String, Payload> restore(Payload saved) {
      return CollaborativeSnapshot.read(saved);
    }

    /** The last entry of each user counts. */
    @Override
    public Payload delta(PMap<String, Payload> state, List<Entry> entries) {
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
