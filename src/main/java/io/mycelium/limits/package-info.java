/**
 * How many connections a node, an address, a user or a tenant has, and how often each may connect
 * and send.
 *
 * <p>Owns the counts that the hubs of a node share. Any thread; they change when a connection opens
 * or closes. May import {@code access} and {@code protocol}.
 */
package io.mycelium.limits;
