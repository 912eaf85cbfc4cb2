package io.mycelium.console;

/**
 * The console.
 *
 * @param enabled whether {@code /console} is served
 */
public record ConsoleConfig(boolean enabled) {
  public static final ConsoleConfig DEFAULT = new ConsoleConfig(true);
}
