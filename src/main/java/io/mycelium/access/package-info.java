/**
 * Who asks, and what they may do: identities, what each was given, and the one place that decides.
 *
 * <p>An identity is found once, at the edge ({@code web}), and travels on as a value; instances see
 * user ids only. {@link io.mycelium.access.Permissions} decides and nothing else does. May import
 * {@code protocol} only.
 */
package io.mycelium.access;
