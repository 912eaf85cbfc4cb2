/**
 * The plug-in SPI: what a room does, as functions over values. The built-in types are written on it
 * and nothing else.
 *
 * <p>May import {@code journal} (entries) and {@code protocol} (payloads). See {@code
 * docs/plugins.md}.
 */
package io.mycelium.room.spi;
