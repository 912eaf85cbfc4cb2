/**
 * One room: its state, its sequence, who is in it, and the logic that decides; with the registry of
 * room types and the loader of plug-ins.
 *
 * <p>Plain Java for one thread: no Vert.x context, no I/O but the loader's. Commands come from
 * {@code instance}; a room's output goes into a {@code Turn}, which {@code instance} writes and
 * sends. May import {@code bus}, {@code journal}, {@code presence} and {@code protocol}.
 */
package io.mycelium.room;
