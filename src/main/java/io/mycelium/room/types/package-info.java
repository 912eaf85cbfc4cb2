/**
 * The built-in room types. They use the plug-in SPI and nothing that a plug-in could not: imports
 * {@code room.spi}, {@code journal} and {@code protocol} only.
 */
package io.mycelium.room.types;
