package io.mycelium.instance.spi;

import io.mycelium.protocol.Payload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What the logic wants done, in order; a value. */
public final class Effects {
  private static final Effects NONE = new Effects(List.of());

  private final List<Effect> list;

  private Effects(List<Effect> list) {
    this.list = list;
  }

  /** One thing to be done. */
  public sealed interface Effect {}

  /**
   * A new entry: it gets the next sequence, is journaled, applied to the state and sent to every
   * channel.
   */
  public record Append(String event, String user, Payload payload) implements Effect {}

  /** A response to the push, beside its sequence: {@code {"seq": 7, "data": payload}}. */
  public record Reply(Payload payload) implements Effect {}

  /** The push or join is refused; no other effect of the same list is carried out. */
  public record Reject(String reason, String message) implements Effect {}

  /**
   * A message to every channel that is no entry: not kept, not in the sequence, not part of the
   * state.
   */
  public record Broadcast(String event, Payload payload) implements Effect {}

  /** A message to one channel. */
  public record Send(Member to, String event, Payload payload) implements Effect {}

  /** One channel is closed. */
  public record Kick(Member member) implements Effect {}

  /** {@link RoomLogic#onTick} is to be called after that time; a later one replaces it. */
  public record TickIn(Duration delay) implements Effect {}

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
