/**
 * The main port: one verticle per event loop, which serves REST, pages and the WebSocket upgrade.
 *
 * <p>Owns the HTTP server and its options; the sub-packages have what it serves. May import them,
 * {@code access}, {@code connection}, {@code bus}, {@code protocol} and {@code ops}; never {@code
 * instance}, {@code room} or {@code journal}, which may be on another node.
 */
package io.mycelium.web;
