/**
 * The main port: REST under {@code /api/v1}, validated against {@code openapi.yaml}, and the
 * WebSocket upgrade.
 *
 * <p>It owns what a request must look like and how it is refused. A request comes from the router,
 * is checked by {@link io.mycelium.web.rest.RequestCheck}, goes to the deployer through {@link
 * io.mycelium.bus.InstanceDirectory} and comes back as an {@link io.mycelium.web.rest.Answer};
 * whatever fails on the way ends in {@link io.mycelium.web.rest.Problems}.
 *
 * <p>May import {@code connection}, {@code bus}, {@code protocol} and {@code ops}; never {@code
 * instance} or {@code journal}, which may be on another node.
 */
package io.mycelium.web;
