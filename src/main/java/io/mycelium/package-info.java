/**
 * The program: command line, configuration, and the wiring of one node.
 *
 * <p>Owns nothing at run time but the wiring. May import every package, and none imports it.
 * Configuration comes in from the command line, {@code MYCELIUM_*} variables and a YAML file, and
 * goes to each part as that part's own record.
 */
package io.mycelium;
