/**
 * The pages: landing page, demos, API reference and the JavaScript client, as files with the
 * headers that a browser needs.
 *
 * <p>Owns the files that are served from the jar. Imports none of Mycelium's packages. {@code web}
 * mounts it on the router.
 */
package io.mycelium.web.page;
