package io.mycelium.console;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;

/**
 * The console.
 *
 * @param enabled whether {@code /console} is served
 * @param token the operator's log-in token; if empty, only clients on this machine have access
 */
public record ConsoleConfig(boolean enabled, String token) {
  private static final int MIN_TOKEN = 16;

  public static final ConsoleConfig DEFAULT = new ConsoleConfig(true, "");

  public ConsoleConfig {
    if (token == null || !token.isEmpty() && token.length() < MIN_TOKEN) {
      // The message goes to the log, so it does not repeat the secret.
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          "console.token",
          token == null ? null : "of " + token.length() + " characters",
          "none, or at least " + MIN_TOKEN + " characters");
    }
  }

  @Override
  public String toString() {
    return "ConsoleConfig[enabled=" + enabled + ", token=" + (token.isEmpty() ? "" : "***") + "]";
  }
}
