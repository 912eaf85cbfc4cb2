/**
 * What an instance takes of its node: threads of the one pool, time on them, the context that it
 * lives on.
 *
 * <p>Imports nothing of ours. Used by {@code instance} and {@code deployer}.
 */
package io.mycelium.instance.thread;
