/**
 * REST under {@code /api/v1}, checked against {@code openapi.yaml}.
 *
 * <p>Owns the form of requests and their refusal. A request comes from the router, is checked by
 * {@code RequestCheck}, goes to the deployer through {@link io.mycelium.bus.InstanceDirectory} and
 * comes back as an {@code Answer}; every failure ends in {@link io.mycelium.web.rest.Problems}.
 *
 * <p>May import {@code access}, {@code bus}, {@code protocol} and {@code web.page}.
 */
package io.mycelium.web.rest;
