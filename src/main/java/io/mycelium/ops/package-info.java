/**
 * What an operator sees and does: logs, meters, health, drain, and the management port that serves
 * them.
 *
 * <p>Imports none of Mycelium's other packages: they call in with plain Java types, nothing here
 * calls back save the suppliers and steps that they registered. Data goes out over {@code
 * /metrics}, {@code /health/*} and standard output.
 */
package io.mycelium.ops;
