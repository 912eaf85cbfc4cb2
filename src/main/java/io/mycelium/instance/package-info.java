/**
 * One instance: the worker verticle that it is, its configuration, its members, and how its rooms
 * come back from the journal.
 *
 * <p>Commands come in over the event bus; entries go to the {@code journal} and, once durable, with
 * the replies to the bus. May import {@code room}, {@code bus}, {@code journal}, {@code presence},
 * {@code protocol} and {@code ops}; never {@code deployer}, which it tells through a {@code
 * Supervisor}.
 */
package io.mycelium.instance;
