/**
 * Ordered entries of rooms: the durability SPI and its implementations. Owns nothing of what an
 * entry means. Entries come from {@code instance} in batches and go back to it on a replay, a gap
 * or a history request. May import {@code protocol} only.
 */
package io.mycelium.journal;
