/**
 * {@code mycelium doctor}: looks at what a node needs, and at what other nodes answer, and says
 * what to do.
 *
 * <p>Owns the judgement: which finding is a fault, what was expected, what to do. What is looked at
 * stays with who owns it ({@code cluster.BusProbe}, {@code journal.jdbc.StoreLook}, the records of
 * the configuration). Starts no node, writes nothing; data comes from the configuration, the
 * machine and the network, and goes to the command line as findings. Imported by the root only.
 */
package io.mycelium.doctor;
