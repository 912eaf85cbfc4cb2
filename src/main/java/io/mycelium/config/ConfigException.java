package io.mycelium.config;

/**
 * The configuration is wrong; the message names the place, the given value and the expected one, in
 * one line.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message, null, false, false);
  }
}
