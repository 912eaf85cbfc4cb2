/**
 * JSON Web Tokens (RFC 7519): keys and where they come from, how a token becomes an identity, and
 * how the command line makes one.
 *
 * <p>In comes a token's text, out comes an {@link io.mycelium.access.Identity} or a refusal in
 * words. Nothing in a token is believed before a configured key has verified it, save which of the
 * configured keys to try. May import {@code access} and {@code protocol}.
 */
package io.mycelium.access.token;
