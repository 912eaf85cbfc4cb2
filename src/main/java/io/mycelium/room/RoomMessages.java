package io.mycelium.room;

import io.mycelium.bus.Outbound;
import io.mycelium.journal.Entry;
import io.mycelium.protocol.JsonParts;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Member;
import io.mycelium.room.spi.RoomLogic;
import java.util.ArrayList;
import java.util.List;

/** A room's messages as outbound bytes. For the instance's thread. */
public final class RoomMessages {
  private static final byte[] MSG = JsonWriter.quoted("msg");
  private static final byte[] DATA_TYPE = JsonWriter.constant("{\"data\":{\"type\":");
  private static final byte[] STATE = JsonWriter.constant(",\"state\":");
  private static final byte[] SEQ = JsonWriter.constant("},\"seq\":");
  private static final byte[] EPOCH = JsonWriter.constant(",\"epoch\":");

  private final String room;

  /** The text before the change, and before the state. */
  private final byte[] wrapping;

  private final RoomLogic<Object> logic;
  private List<Outbound.Delivery> missed = List.of();

  public RoomMessages(String room, String type, RoomLogic<Object> logic) {
    this.room = room;
    this.wrapping = new JsonWriter(64).raw(DATA_TYPE).quote(type).raw(STATE).toBytes();
    this.logic = logic;
  }

  /** The {@code msg} of entries from one push, or of one patch interval. */
  Outbound.Delivery delivery(Object after, List<Entry> entries) {
    long first = entries.get(0).seq();
    long last = entries.get(entries.size() - 1).seq();
    Payload single = entries.size() == 1 ? entries.get(0).payload() : null;
    Payload binary =
        single != null && single.isBinary() && logic.broadcastsBinary() ? single : null;
    byte[] delta = logic.delta(after, entries).asJson();
    JsonParts json = new JsonParts(wrapping, delta, JsonWriter.lastField(SEQ, last));
    return new Outbound.Delivery(room, MSG, first, last, binary, json);
  }

  /** Entries in the form in which they were sent, one message each, or in one message. */
  List<Outbound.Delivery> deliveries(Object state, List<Entry> entries, boolean inOne) {
    if (inOne && !entries.isEmpty()) {
      return List.of(delivery(state, entries));
    }
    List<Outbound.Delivery> all = new ArrayList<>(entries.size());
    for (Entry entry : entries) {
      all.add(delivery(state, List.of(entry)));
    }
    return all;
  }

  /**
   * The messages of all entries after {@code since}: rendered once for all clients that resume
   * before the next entry.
   *
   * @param last the room's latest entry
   */
  List<Outbound.Delivery> missed(long since, long last, Object state, RecentEntries recent) {
    if (since >= last) {
      return List.of();
    }
    boolean usable =
        !missed.isEmpty()
            && missed.get(missed.size() - 1).last() == last
            && missed.get(0).first() <= since + 1;
    if (!usable) {
      missed = deliveries(state, recent.after(since, Integer.MAX_VALUE), false);
    }
    return missed.subList((int) (since + 1 - missed.get(0).first()), missed.size());
  }

  /** Drops the messages that were rendered for resuming clients. */
  void forgetMissed() {
    missed = List.of();
  }

  /** The payload of {@code state}. */
  public byte[] state(Object of, long seq, String epoch) {
    byte[] view = logic.view(of).asJson();
    JsonWriter out = new JsonWriter(view.length + 96);
    out.raw(wrapping).raw(view).raw(SEQ).number(seq);
    return out.raw(EPOCH).quote(epoch).raw('}').toBytes();
  }

  /** A message of an effect that is not an entry. */
  Outbound of(Effects.Effect effect) {
    if (effect instanceof Effects.Broadcast broadcast) {
      JsonParts json = JsonParts.whole(broadcast.payload().asJson());
      return new Outbound.Delivery(room, JsonWriter.quoted(broadcast.event()), 0, 0, null, json);
    } else if (effect instanceof Effects.Send send) {
      Member to = send.to();
      byte[] event = JsonWriter.quoted(send.event());
      return new Outbound.Direct(
          to.gateway(), to.connection(), room, event, send.payload().asJson());
    }
    Member kicked = ((Effects.Kick) effect).member();
    return new Outbound.Kick(kicked.gateway(), kicked.connection(), room);
  }
}
