/**
 * The program: command line, configuration, and the wiring of one node.
 *
 * <p>Owns only the wiring at run time. May import every package; no package imports it.
 * Configuration comes from the command line, {@code MYCELIUM_*} variables and a YAML file, and goes
 * to each part as its own record.
 */
package io.mycelium;
