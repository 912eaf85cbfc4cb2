package io.mycelium.config;

/**
 * The configuration is wrong; the message says where, what was given and what was expected, in one
 * line.
 */
public final class ConfigException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigException(String message) {
    super(message, null, false, false);
  }
}
