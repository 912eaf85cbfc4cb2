/**
 * How configuration is read: a YAML file and {@code MYCELIUM_*} variables, bound to the record of
 * each concern.
 *
 * <p>Owns the reading, not the options: each record is next to the code that it configures and is
 * validated in its own constructor. May import every package that has such a record; only the root
 * and {@code doctor} import it.
 */
package io.mycelium.config;
