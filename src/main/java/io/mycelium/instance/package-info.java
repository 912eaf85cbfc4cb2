/**
 * Instances: the deployer that supervises them, the worker verticle that each is, rooms, and the
 * plug-in SPI with the built-in types in sub-packages.
 *
 * <p>May import {@code bus}, {@code protocol}, {@code presence}, {@code journal}, {@code ops}.
 * Commands and control requests come in over the event bus; entries go to the {@code journal} and,
 * once durable, with the replies to the bus.
 */
package io.mycelium.instance;
