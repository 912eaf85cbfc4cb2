/**
 * JSON Web Tokens (RFC 7519): where keys come from, how a token becomes an identity, and how the
 * command line makes tokens.
 *
 * <p>The text of a token comes in; an {@link io.mycelium.access.Identity} or a refusal goes out.
 * Before a configured key has verified a token, only its issuer, audience and {@code kid} are used,
 * to select the key. May import {@code access} and {@code protocol}.
 */
package io.mycelium.access.token;
