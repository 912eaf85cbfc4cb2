/**
 * The store in the heap of this process: nothing outlives it.
 *
 * <p>May import {@code journal} and {@code protocol}.
 */
package io.mycelium.journal.memory;
