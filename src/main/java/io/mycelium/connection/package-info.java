/**
 * Sockets and their channels: one {@link io.mycelium.connection.Hub} per web verticle, which sends
 * instances' deliveries to every channel of a room, and turns clients' messages into commands.
 *
 * <p>Everything here runs on the web verticle's event loop and takes no locks. May import {@code
 * bus}, {@code protocol} and {@code ops}. Messages come from {@code web}'s transports and go back
 * to them.
 */
package io.mycelium.connection;
