/**
 * The built-in room types. They use only the plug-in SPI, like any plug-in: imports {@code
 * room.spi}, {@code journal} and {@code protocol} only.
 */
package io.mycelium.room.types;
