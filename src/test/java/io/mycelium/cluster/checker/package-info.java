/**
 * The checker: a cluster of three under random faults, with clients that keep count. Afterwards all
 * that they were told is compared with all that the database holds. See {@code docs/cluster.md}.
 */
package io.mycelium.cluster.checker;
