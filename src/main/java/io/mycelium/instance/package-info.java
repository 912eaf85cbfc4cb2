/**
 * One instance: its worker verticle, its configuration, its members, and how its rooms are rebuilt
 * from the journal.
 *
 * <p>Commands arrive over the event bus; entries go to the {@code journal} and, once durable, to
 * the bus with the replies. May import {@code room}, {@code bus}, {@code journal}, {@code
 * presence}, {@code protocol} and {@code ops}; never {@code deployer}, which it tells through a
 * {@code Supervisor}.
 */
package io.mycelium.instance;
