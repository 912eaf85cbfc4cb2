package io.mycelium.bus;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.JsonParts;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.SlowConsumer;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A message of an instance to the gateways that are linked to it. Arrays are shared and read only.
 */
public sealed interface Outbound {
  /** Id of the only link that the message is for; null if it is for all. */
  default String gateway() {
    return null;
  }

  /**
   * A message to every channel of a room.
   *
   * @param quotedEvent the event's name as a JSON string
   * @param first sequence of the first entry in the message; 0 for a message outside the sequence,
   *     such as a presence diff
   * @param last sequence of the last entry in the message; more than {@code first} if a patch
   *     interval joined several
   * @param binary the payload for serializers that know binary frames, or null
   * @param json the payload as JSON text
   */
  record Delivery(
      String room, byte[] quotedEvent, long first, long last, Payload binary, JsonParts json)
      implements Outbound {}

  /**
   * The answer to one command.
   *
   * @param code null for ok
   * @param message what went wrong, for people; null for ok
   * @param response JSON to answer with; null if {@code seq} is the whole answer
   * @param seq of the entry that a push became, or of the last entry in a join's state
   */
  record Reply(
      String gateway, long number, ErrorCode code, String message, byte[] response, long seq)
      implements Outbound {

    public boolean ok() {
      return code == null;
    }
  }

  /** A message to one channel. */
  record Direct(String gateway, long connection, String room, byte[] quotedEvent, byte[] json)
      implements Outbound {}

  /**
   * The entries that a channel missed while it was away, one delivery each, after the reply to its
   * join.
   *
   * @param deliveries in order; shared by channels that missed the same entries
   */
  record Catchup(String gateway, long connection, String room, List<Delivery> deliveries)
      implements Outbound {}

  /** The instance ends one channel with {@code phx_close}, because the logic kicked it. */
  record Kick(String gateway, long connection, String room) implements Outbound {}

  /**
   * Deliveries that a gateway missed.
   *
   * @param complete false if the journal no longer holds all of them: the room's channels must
   *     rejoin
   */
  record Refill(String gateway, String room, List<Delivery> deliveries, boolean complete)
      implements Outbound {}

  /** With a join: the room does not leave it at the default for sockets that do not keep up. */
  record Policy(String gateway, String room, SlowConsumer slowConsumer) implements Outbound {}

  /**
   * What sockets that did not keep up get in place of the messages after {@code after}.
   *
   * @param after the position that the gateway named
   * @param state the payload of {@code state}, for any position; null if the deliveries do
   * @param deliveries in order, each once; those before the first of them were dropped
   * @param seq of the room's latest entry
   */
  record Newest(
      String gateway, String room, long after, byte[] state, List<Delivery> deliveries, long seq)
      implements Outbound {}

  /** A gap in a link's commands: the link must send all commands above {@code after} again. */
  record Resend(String gateway, long after) implements Outbound {}

  /**
   * The answer to a link's {@link Command.Kind#HELLO}: the instance knows the link.
   *
   * @param seqs of the last entry of each room that has any
   */
  record Welcome(String gateway, long applied, Map<String, Long> seqs) implements Outbound {}

  /**
   * The answer to a link's {@link Command.Kind#HELLO}: the instance's memory of the link is gone.
   *
   * @param pushes sequence of the entry that a push became, by the push's number; the instance has
   *     applied no other command of which the link waits for the answer
   * @param anew names of the rooms whose history was lost with the memory
   */
  record Restored(String gateway, Map<Long, Long> pushes, Set<String> anew) implements Outbound {}

  /** Commands of a link that the instance does not know, but that is not new. */
  record Forgotten(String gateway) implements Outbound {}

  /**
   * The instance is on another node now. Published by the links' own node, within it; not a message
   * of a generation.
   */
  record Rerouted() implements Outbound {}

  /** A room was removed: its channels are closed. */
  record RoomClosed(String room) implements Outbound {}

  /**
   * A new generation of the instance started.
   *
   * @param applied number of the last command applied, by link; a link that is missing here starts
   *     over
   */
  record Running(Map<String, Long> applied) implements Outbound {}

  /** The instance crashed too often and stays down until it is restarted. */
  record Failed(String message) implements Outbound {}

  /** The instance is gone for good. */
  record Deleted() implements Outbound {}
}
