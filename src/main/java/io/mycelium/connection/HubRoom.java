package io.mycelium.connection;

import io.mycelium.bus.Command;
import io.mycelium.bus.Outbound;
import io.mycelium.bus.Outbound.Delivery;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.SlowConsumer;
import io.mycelium.protocol.Topic;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * One room as this hub's channels see it. Checks the sequence of deliveries: it drops repeats, and
 * after a gap it holds deliveries until the missing ones are fetched.
 */
final class HubRoom {
  /**
   * Deliveries that may wait after a gap; with one more, the room's channels are told to rejoin.
   */
  private static final int MAX_HELD = 10_000;

  private static final int REFILL_ATTEMPTS = 5;

  /** A channel whose join state is ahead of what this hub has delivered. */
  private record Waiting(Channel channel, long seq) {}

  private final Hub hub;
  private final HubInstance instance;
  private final Topic topic;
  private final Audiences seeing;

  /** Channels without the right {@code presence}; null until the first of them. */
  private Audiences blind;

  /** Null in a room that disconnects slow consumers. */
  private Laggards laggards;

  private List<Waiting> waiting = List.of();
  private ArrayDeque<Delivery> held;
  private long last;
  private int users;
  private boolean dirty;

  HubRoom(Hub hub, HubInstance instance, Topic topic) {
    this.hub = hub;
    this.instance = instance;
    this.topic = topic;
    this.seeing = new Audiences(hub);
  }

  String name() {
    return topic.name();
  }

  Topic topic() {
    return topic;
  }

  /** Counts a channel that uses this object, joined or not. */
  void use() {
    users++;
  }

  void release() {
    if (--users == 0) {
      instance.forget(this);
    }
  }

  private boolean isEmpty() {
    return seeing.isEmpty()
        && waiting.isEmpty()
        && (blind == null || blind.isEmpty())
        && (laggards == null || laggards.isEmpty());
  }

  /**
   * A channel whose join state includes all entries up to {@code seq} starts to listen.
   *
   * @return false if this hub has already delivered later entries, so that the channel must ask for
   *     a newer state
   */
  boolean admit(Channel channel, long seq) {
    if (isEmpty()) {
      last = seq;
      held = null;
    }
    if (seq < last) {
      return false;
    }
    if (laggards != null && laggards.areConflated()) {
      channel.connection().outbox().keepFresh();
    }
    if (seq == last) {
      audience(channel).add(channel);
    } else {
      List<Waiting> more = new ArrayList<>(waiting);
      more.add(new Waiting(channel, seq));
      waiting = more;
    }
    return true;
  }

  void remove(Channel channel) {
    if (channel.index >= 0) {
      audience(channel).remove(channel);
      return;
    }
    if (!waiting.isEmpty()) {
      waiting = new ArrayList<>(waiting);
      waiting.removeIf(w -> w.channel() == channel);
    }
    if (laggards != null) {
      laggards.remove(channel);
    }
  }

  /** What the room wants done about slow consumers, before the first channel listens. */
  void onPolicy(SlowConsumer policy) {
    if (laggards == null) {
      laggards = new Laggards(hub, instance, this, policy);
    }
  }

  /**
   * So many bytes wait for the channel's socket: if that is too much for a room that can hold its
   * messages back, it gets no more until {@link #caughtUp}.
   */
  boolean holdBack(Channel channel, long waiting) {
    if (laggards == null || channel.index < 0 || waiting <= laggards.mostWaiting()) {
      return false;
    }
    audience(channel).remove(channel);
    laggards.add(channel, last);
    return true;
  }

  /** The channel's socket has taken all that was written to it. */
  void caughtUp(Channel channel) {
    if (laggards != null) {
      laggards.ready(channel);
    }
  }

  void onNewest(Outbound.Newest newest) {
    if (laggards != null) {
      laggards.onNewest(newest);
    }
  }

  private Audience audience(Channel channel) {
    if (!channel.isBlind()) {
      return seeing.of(channel);
    }
    if (blind == null) {
      blind = new Audiences(hub);
    }
    return blind.of(channel);
  }

  /** Moves a channel that gains or loses sight of presence to its new audience. */
  void blind(Channel channel, boolean blind) {
    boolean listens = channel.index >= 0;
    if (listens) {
      audience(channel).remove(channel);
    }
    channel.blind(blind);
    if (listens) {
      audience(channel).add(channel);
    }
  }

  void onDelivery(Delivery delivery) {
    if (isEmpty()) {
      return;
    }
    if (delivery.first() == 0) {
      append(delivery);
    } else if (held != null) {
      hold(delivery);
    } else if (delivery.last() <= last) {
      hub.meters().duplicateDropped();
    } else if (delivery.first() > last + 1) {
      fetch(delivery);
    } else {
      accept(delivery);
    }
  }

  private void accept(Delivery delivery) {
    if (!waiting.isEmpty()) {
      promote(delivery.last() - 1);
    }
    last = delivery.last();
    append(delivery);
    if (!waiting.isEmpty()) {
      promote(last);
    }
  }

  /** Channels whose state ends at or before {@code seq} get deliveries from now on. */
  private void promote(long seq) {
    List<Waiting> stillWaiting = new ArrayList<>(waiting.size());
    for (Waiting each : waiting) {
      if (each.seq() <= seq) {
        audience(each.channel()).add(each.channel());
      } else {
        stillWaiting.add(each);
      }
    }
    waiting = stillWaiting;
  }

  private void append(Delivery delivery) {
    seeing.append(topic, delivery);
    if (blind != null && !Channel.isPresence(delivery.quotedEvent())) {
      blind.append(topic, delivery);
    }
    if (laggards != null && delivery.first() == 0) {
      laggards.deliver(delivery);
    }
    if (!dirty) {
      dirty = true;
      hub.dirty(this);
    }
  }

  /**
   * Writes the batches, so that a channel that is added or removed, or gets its own message, keeps
   * the order.
   */
  void write() {
    seeing.write();
    if (blind != null) {
      blind.write();
    }
  }

  void flush() {
    dirty = false;
    write();
  }

  /** What is behind the gap waits; it is dropped if the question is refused at once. */
  private void fetch(Delivery behindGap) {
    fetchUpTo(behindGap.first() - 1, new ArrayDeque<>(List.of(behindGap)));
  }

  private void fetchUpTo(long seq, ArrayDeque<Delivery> behindGap) {
    held = behindGap;
    hub.meters().gapFetched();
    askFor(Payload.json("[" + last + "," + seq + "]"), behindGap, REFILL_ATTEMPTS);
  }

  /**
   * The room has entries up to this one: fetches what was not delivered.
   *
   * @return false if the room has fewer entries than were delivered: the last ones are lost
   */
  boolean catchUp(long seq) {
    if (seq > last && held == null && !isEmpty()) {
      fetchUpTo(seq, new ArrayDeque<>());
    }
    return seq >= last || isEmpty();
  }

  /** Whether a channel's join state is ahead of what this hub has delivered. */
  boolean awaits(Channel channel) {
    return waiting.stream().anyMatch(each -> each.channel() == channel);
  }

  /** The bus may lose the answer as well. */
  private void askFor(Payload range, ArrayDeque<Delivery> behindGap, int attempts) {
    instance
        .link()
        .send(
            Command.Kind.REFILL,
            0,
            name(),
            null,
            null,
            range,
            reply -> {
              if (held != behindGap) {
                return;
              }
              // A reply comes behind its refill; a repeated one comes alone.
              boolean lost = reply.ok() || reply.code() == ErrorCode.TIMEOUT;
              if (lost && attempts > 1) {
                askFor(range, behindGap, attempts - 1);
              } else {
                failGap();
              }
            });
  }

  private void hold(Delivery delivery) {
    held.add(delivery);
    if (held.size() > MAX_HELD) {
      failGap();
    }
  }

  void onRefill(Outbound.Refill refill) {
    if (held == null) {
      return;
    }
    if (!refill.complete()) {
      failGap();
      return;
    }
    ArrayDeque<Delivery> behindGap = held;
    held = null;
    refill.deliveries().forEach(this::onDelivery);
    behindGap.forEach(this::onDelivery);
  }

  /** The missed entries are not available: the channels must rejoin and get the state. */
  private void failGap() {
    held = null;
    channels().forEach(Channel::joinAnew);
  }

  /** All joined channels, copied: ending one changes the audience. */
  List<Channel> channels() {
    List<Channel> all = new ArrayList<>();
    seeing.addTo(all);
    if (blind != null) {
      blind.addTo(all);
    }
    waiting.forEach(each -> all.add(each.channel()));
    if (laggards != null) {
      laggards.addTo(all);
    }
    return all;
  }
}
