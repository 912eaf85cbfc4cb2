/**
 * Load on a running server, of the same jar and in a process of its own: {@code mycelium bench}.
 * Sends at times that are fixed beforehand, and checks what comes back while it measures.
 */
package io.mycelium.bench;
