/**
 * The console at {@code /console}: who may see it, and the one WebSocket that feeds it.
 *
 * <p>Owns the feed's frames, its subscribers with their bounded queues, the ring of samples of the
 * last 15 minutes, and the pages' files. Rows of instances and events of an observed room come over
 * the event bus ({@code bus}); figures of the node come from {@code ops}; an operator's actions go
 * through the REST API, like any other request. May import {@code access}, {@code bus}, {@code
 * protocol} and {@code ops}.
 */
package io.mycelium.console;
