package io.mycelium.bus;

import java.util.List;

/**
 * What one link gathered in one turn of its event loop.
 *
 * @param gateway id of the link; replies name it
 * @param previous number of the last command before this batch that the instance must have applied;
 *     what lies between two numbers was given up by the gateway
 * @param answered every command up to this number has its answer, as far as the link is concerned;
 *     the instance keeps answers no longer
 * @param waiting commands of the link that had no answer yet when this was sent, these included
 * @param commands in order; none asks for the answers behind {@code answered} again; treated as
 *     immutable once sent
 */
public record CommandBatch(
    String gateway, long previous, long answered, int waiting, List<Command> commands) {}
