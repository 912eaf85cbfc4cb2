/**
 * Supervises the instances of a node: the verticle that deploys each of them, restarts crashed
 * instances, puts idle ones to sleep, and answers the control plane.
 *
 * <p>Requests come over the event bus from {@code web} and {@code console} ({@code bus}); the
 * register of instances is the {@code journal}'s. May import {@code instance}, {@code room}, {@code
 * bus}, {@code journal}, {@code protocol} and {@code ops}.
 */
package io.mycelium.deployer;
