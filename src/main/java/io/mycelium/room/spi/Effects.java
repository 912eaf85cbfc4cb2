package io.mycelium.room.spi;

import io.mycelium.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The actions that the logic requests, in order; a value. An invalid effect cannot be created: its
 * factory throws in the hook, before anything has changed.
 */
public final class Effects {
  private static final Effects NONE = new Effects(List.of());

  private final List<Effect> list;

  private Effects(List<Effect> list) {
    this.list = list;
  }

  /** One action. */
  public sealed interface Effect {}

  /**
   * A new entry: it gets the next sequence, is journaled, applied to the state and sent to every
   * channel.
   */
  public record Append(String event, String user, Payload payload) implements Effect {
    public Append {
      present("event", event);
      present("payload", payload);
    }
  }

  /** A response to the push, in addition to its sequence: {@code {"seq": 7, "data": payload}}. */
  public record Reply(Payload payload) implements Effect {
    public Reply {
      present("payload", payload);
    }
  }

  /** The push or join is refused; all other effects of the same list are dropped. */
  public record Reject(String reason, String message) implements Effect {
    public Reject {
      present("reason", reason);
      present("message", message);
    }
  }

  /**
   * A message to every channel that is not an entry: not kept, not in the sequence, not part of the
   * state.
   */
  public record Broadcast(String event, Payload payload) implements Effect {
    public Broadcast {
      present("event", event);
      present("payload", payload);
    }
  }

  /** A message to one channel. */
  public record Send(Member to, String event, Payload payload) implements Effect {
    public Send {
      present("to", to);
      present("event", event);
      present("payload", payload);
    }
  }

  /** One channel is closed. */
  public record Kick(Member member) implements Effect {
    public Kick {
      present("member", member);
    }
  }

  /**
   * {@link RoomLogic#onTick} is called after this delay; a later effect replaces an earlier one.
   */
  public record TickIn(Duration delay) implements Effect {
    private static final Duration MAX = Duration.ofDays(365);

    public TickIn {
      present("delay", delay);
      if (delay.isNegative() || delay.compareTo(MAX) > 0) {
        throw new IllegalArgumentException(
            "delay is " + delay + ", expected a duration from PT0S to " + MAX);
      }
    }
  }

  private static void present(String field, Object value) {
    Objects.requireNonNull(value, () -> field + " of an effect is null");
  }

  public static Effects none() {
    return NONE;
  }

  /** An entry of an ordinary message. */
  public static Effects append(Push push) {
    return new Effects(List.of(new Append(push.event(), push.user(), push.payload())));
  }

  public static Effects append(String event, String user, Payload payload) {
    return new Effects(List.of(new Append(event, user, payload)));
  }

  /**
   * @param reason the error's {@code reason} on the wire, in snake case
   * @param message for people; names the value and what was expected
   */
  public static Effects reject(String reason, String message) {
    return new Effects(List.of(new Reject(reason, message)));
  }

  public Effects andAppend(String event, String user, Payload payload) {
    return and(new Append(event, user, payload));
  }

  public Effects reply(Payload payload) {
    return and(new Reply(payload));
  }

  public Effects broadcast(String event, Payload payload) {
    return and(new Broadcast(event, payload));
  }

  public Effects send(Member to, String event, Payload payload) {
    return and(new Send(to, event, payload));
  }

  public Effects kick(Member member) {
    return and(new Kick(member));
  }

  public Effects tickIn(Duration delay) {
    return and(new TickIn(delay));
  }

  public List<Effect> list() {
    return list;
  }

  private Effects and(Effect effect) {
    List<Effect> more = new ArrayList<>(list.size() + 1);
    more.addAll(list);
    more.add(effect);
    return new Effects(List.copyOf(more));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Effects e && e.list.equals(list);
  }

  @Override
  public int hashCode() {
    return list.hashCode();
  }

  @Override
  public String toString() {
    return list.toString();
  }
}
