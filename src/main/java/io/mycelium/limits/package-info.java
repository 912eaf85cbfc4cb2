/**
 * How many connections a node, an address, a user or a tenant has, and how often each may come.
 *
 * <p>Owns the counts that the hubs of a node share. Any thread; touched when a connection comes or
 * goes. May import {@code access} and {@code protocol}.
 */
package io.mycelium.limits;
