/**
 * The operator's interface: logs, meters, health, drain, and the management port that serves them.
 *
 * <p>Imports none of Mycelium's other packages: they call in with plain Java types; this package
 * calls back only the suppliers and steps that they registered. Data goes out over {@code
 * /metrics}, {@code /health/*} and standard output.
 */
package io.mycelium.ops;
