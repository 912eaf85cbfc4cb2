package io.mycelium.bus;

import java.util.List;

/**
 * The commands that one link gathered in one turn of its event loop.
 *
 * @param gateway id of the link; replies name it
 * @param previous number of the last command before this batch that the instance must have applied;
 *     the gateway gave up the numbers in between
 * @param answered the link needs no more answers to commands up to this number, so the instance
 *     drops them
 * @param waiting commands of the link without an answer when the batch was sent, including this
 *     batch's
 * @param commands in order; an empty list asks again for the answers after {@code answered};
 *     treated as immutable once sent
 */
public record CommandBatch(
    String gateway, long previous, long answered, int waiting, List<Command> commands) {

  /** Whether this is the last that the link says. */
  public boolean endsLink() {
    return !commands.isEmpty() && commands.get(commands.size() - 1).kind() == Command.Kind.DETACH;
  }
}
