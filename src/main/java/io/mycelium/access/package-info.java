/**
 * Who the caller is, and what the caller may do: identities, their grants, and the one place that
 * decides.
 *
 * <p>An identity is determined once, when a request or an upgrade reaches {@code web}, and travels
 * on as a value; instances see user ids only. {@link io.mycelium.access.Permissions} decides and
 * nothing else does. May import {@code protocol} only.
 */
package io.mycelium.access;
