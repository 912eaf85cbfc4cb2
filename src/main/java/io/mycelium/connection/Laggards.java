package io.mycelium.connection;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.bus.Outbound.Delivery;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.SlowConsumer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The channels of one room whose sockets do not keep up, where the room does not leave it at
 * closing them. Nothing waits for such a channel but its position; once its socket has taken all
 * that was written, the instance is asked for what counts of the messages since. One question at a
 * time serves all channels of the room that wait, and a pause follows, so that slow sockets cost
 * the instance little however many they are. On the hub's event loop.
 */
final class Laggards {
  /** No socket is behind that has less waiting for it. */
  static final int FEW_BYTES = 8 << 10;

  /** Above this messages are conflated, which loses nothing. */
  private static final int CONFLATED_ABOVE = 64 << 10;

  private static final byte[] STATE = JsonWriter.quoted("state");
  private static final byte[] ROOMS = JsonWriter.quoted("rooms");
  private static final byte[] DROPPED = JsonWriter.quoted("dropped");
  private static final byte[] FROM = JsonWriter.constant("{\"from\":");
  private static final byte[] TO = JsonWriter.constant(",\"to\":");

  private static final int PAUSE_MS = 100;

  /** After a question without an answer: the instance has failed, or too much to do. */
  private static final int RETRY_MS = 1000;

  /** A channel, and the last entry that it has. */
  private static final class Laggard {
    private final Channel channel;
    private long seq;
    private boolean ready;

    Laggard(Channel channel, long seq) {
      this.channel = channel;
      this.seq = seq;
    }
  }

  private final Hub hub;
  private final HubInstance instance;
  private final HubRoom room;
  private final SlowConsumer policy;
  private final List<Laggard> all = new ArrayList<>(1);

  /** Whether a question waits for its answer, or a pause for its end. */
  private boolean busy;

  private boolean answered;

  Laggards(Hub hub, HubInstance instance, HubRoom room, SlowConsumer policy) {
    this.hub = hub;
    this.instance = instance;
    this.room = room;
    this.policy = policy;
  }

  boolean areConflated() {
    return policy == SlowConsumer.CONFLATE;
  }

  /**
   * Bytes above which a socket is behind: half of its budget where messages are dropped, so that a
   * short stall loses none, and the newest fit into the other half.
   */
  int mostWaiting() {
    int half = halfOfBudget();
    return areConflated() ? Math.min(CONFLATED_ABOVE, half) : half;
  }

  private int halfOfBudget() {
    return hub.config().maxPendingBytes() / 2;
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  /**
   * @param seq of the last entry that was written to it
   */
  void add(Channel channel, long seq) {
    all.add(new Laggard(channel, seq));
  }

  void remove(Channel channel) {
    all.removeIf(each -> each.channel == channel);
  }

  void addTo(List<Channel> channels) {
    all.forEach(each -> channels.add(each.channel));
  }

  /**
   * A message outside the sequence, which nobody could ask for later: who is in the room, and which
   * rooms there are, is told at once; other messages of a room that drops are dropped.
   */
  void deliver(Delivery outside) {
    boolean presence = Channel.isPresence(outside.quotedEvent());
    if (!presence
        && policy == SlowConsumer.DROP_OLDEST
        && !Arrays.equals(outside.quotedEvent(), ROOMS)) {
      hub.meters().withheld(policy, all.size());
      return;
    }
    for (Laggard each : all) {
      if (!presence || !each.channel.isBlind()) {
        each.channel.deliver(outside);
      }
    }
  }

  /** The channel's socket has taken all that was written to it. */
  void ready(Channel channel) {
    for (Laggard each : all) {
      each.ready |= each.channel == channel;
    }
    ask();
  }

  private void ask() {
    long seq = Long.MAX_VALUE;
    for (Laggard each : all) {
      seq = each.ready ? Math.min(seq, each.seq) : seq;
    }
    if (busy || seq == Long.MAX_VALUE) {
      return;
    }
    busy = true;
    answered = false;
    Payload question = Payload.json("[" + seq + "," + halfOfBudget() + "]");
    instance
        .link()
        .send(
            Command.Kind.CATCH_UP,
            0,
            room.name(),
            null,
            null,
            question,
            reply -> pause(answered ? PAUSE_MS : RETRY_MS));
  }

  private void pause(int ms) {
    hub.watch()
        .later(
            ms,
            () -> {
              busy = false;
              ask();
            });
  }

  /** Comes right before the reply to the question. */
  void onNewest(Outbound.Newest newest) {
    answered = true;
    for (Laggard each : new ArrayList<>(all)) {
      boolean fits = newest.state() != null || each.seq >= newest.after();
      if (each.ready && fits) {
        catchUp(each, newest);
      }
    }
  }

  private void catchUp(Laggard laggard, Outbound.Newest newest) {
    Channel channel = laggard.channel;
    if (newest.seq() > laggard.seq) {
      hub.meters().withheld(policy, newest.seq() - laggard.seq - give(laggard, newest));
      laggard.seq = newest.seq();
    }
    if (room.admit(channel, newest.seq())) {
      all.remove(laggard);
    }
  }

  /** Returns how many messages it gets. */
  private int give(Laggard laggard, Outbound.Newest newest) {
    Channel channel = laggard.channel;
    if (newest.state() != null) {
      channel.connection().outbox().push(channel, STATE, newest.state());
      return 1;
    }
    List<Delivery> missed = newest.deliveries();
    int first = 0;
    while (first < missed.size() && missed.get(first).last() <= laggard.seq) {
      first++;
    }
    long before = first < missed.size() ? missed.get(first).first() - 1 : newest.seq();
    if (before > laggard.seq && policy == SlowConsumer.DROP_OLDEST) {
      channel.connection().outbox().push(channel, DROPPED, dropped(laggard.seq + 1, before));
    }
    for (int i = first; i < missed.size(); i++) {
      channel.deliver(missed.get(i));
    }
    return missed.size() - first;
  }

  private static byte[] dropped(long from, long to) {
    return new JsonWriter(48).raw(FROM).number(from).raw(TO).number(to).raw('}').toBytes();
  }
}
