/**
 * Several nodes as one: who is in the cluster, and what goes between its nodes.
 *
 * <p>Owns this node's lease, the ways between its links and instances of other nodes, and what
 * follows when a node is gone ({@link io.mycelium.cluster.ClusterNode}); beneath it the clustered
 * event bus with its TLS, and what that bus does not do by itself: to see that a node is heard, to
 * bound what is on its way, to refuse nodes of another cluster. May import {@code bus}, {@code
 * journal}, {@code ops} and {@code protocol}; only the root imports it. On one node nothing of it
 * is loaded but its configuration.
 */
package io.mycelium.cluster;
