/**
 * A plug-in: four in a row for two, with seats, turns, a winner and a rematch. {@link
 * io.mycelium.examples.fourinarow.Game} is the rules, {@link
 * io.mycelium.examples.fourinarow.GameLogic} puts them on the SPI. Imports {@code room.spi}, {@code
 * journal} and {@code protocol} only.
 */
package io.mycelium.examples.fourinarow;
