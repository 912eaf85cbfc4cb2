/**
 * The plug-in SPI: a room's behaviour as functions over values. The built-in types use only this
 * SPI.
 *
 * <p>May import {@code journal} (entries) and {@code protocol} (payloads). See {@code
 * docs/plugins.md}.
 */
package io.mycelium.room.spi;
