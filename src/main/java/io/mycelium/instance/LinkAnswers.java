package io.mycelium.instance;

import io.mycelium.bus.Command;
import io.mycelium.bus.CommandBatch;
import io.mycelium.bus.Outbound;
import io.mycelium.journal.Fenced;
import io.mycelium.room.Room;
import io.mycelium.room.Turn;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Which answers a link gets again, and what it is told when it asks whether it is known. */
final class LinkAnswers {
  private LinkAnswers() {}

  static boolean isHello(CommandBatch batch) {
    return batch.commands().size() == 1 && batch.commands().get(0).kind() == Command.Kind.HELLO;
  }

  /**
   * A link that is not known may have had commands applied before the memory of it was lost.
   *
   * @param known null if it is not
   */
  static void toHello(LinkState known, CommandBatch batch, Collection<Room> rooms, Turn turn) {
    if (known == null) {
      turn.ask(batch.gateway(), batch.commands().get(0));
    } else {
      Map<String, Long> seqs = new HashMap<>();
      rooms.stream()
          .filter(room -> room.seq() > 0)
          .forEach(room -> seqs.put(room.name(), room.seq()));
      turn.item(new Outbound.Welcome(known.gateway(), known.applied(), seqs));
      known.replies().repeat(turn);
    }
  }

  /**
   * A join, {@code get_rooms}, a question for presence and a hub that catches up are answered by
   * more than their reply: if the reply was lost they time out, and the client asks for everything
   * again.
   */
  static boolean saysAll(Command command) {
    return switch (command.kind()) {
      case JOIN, RESTORE, PRESENCE, CATCH_UP -> false;
      default -> !Instance.GET_ROOMS.equals(command.event());
    };
  }

  /** Names of the rooms that are as empty as at their creation once their memory is lost. */
  static Set<String> roomsInMemory(InstanceSpec spec) {
    return spec.rooms().keySet().stream()
        .filter(name -> !spec.isDurable(name))
        .collect(Collectors.toUnmodifiableSet());
  }

  static void toRestore(
      LinkState link, Command command, Room room, Membership membership, Turn turn) {
    Room.Outcome outcome = membership.join(link, command, room, turn);
    turn.reply(ReplyJson.toJoin(link.gateway(), command.number(), outcome, room, null));
    if (outcome.reject() == null) {
      CatchUps.tell(link.gateway(), room, turn);
      ReplyJson.presence(link.gateway(), command.connection(), room, turn);
    }
  }

  /**
   * What links are told after an append failed. If another node owns the instance now, nothing was
   * written: links send the same commands to that node.
   */
  static List<Outbound> afterFailure(Throwable cause, boolean isShared, Turn turn) {
    return isShared && cause instanceof Fenced ? List.of() : turn.inDoubt();
  }
}
