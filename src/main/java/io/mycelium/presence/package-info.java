/**
 * Who is in a room, in the shape of Phoenix Presence. Pure data, for one thread; imports none of
 * Mycelium's packages. Joins and leaves come from {@code instance}, states and diffs go back to it
 * as JSON text.
 */
package io.mycelium.presence;
