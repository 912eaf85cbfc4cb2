/**
 * Who asks, and what they may do: identities, and where they come from.
 *
 * <p>An identity is found once, at the edge ({@code web}), from a request's headers and parameters,
 * and travels on as a value; instances see user ids only. May import {@code protocol} only.
 */
package io.mycelium.access;
