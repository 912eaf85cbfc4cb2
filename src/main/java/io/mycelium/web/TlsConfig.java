package io.mycelium.web;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;
import java.time.Duration;

/**
 * TLS on the main port.
 *
 * @param certificate PEM file with the server's certificate, then the intermediate ones; empty for
 *     plain HTTP
 * @param key PEM file with the private key, not encrypted
 * @param reloadInterval how often the files are checked for changes
 */
public record TlsConfig(String certificate, String key, Duration reloadInterval) {
  public static final TlsConfig DEFAULT = new TlsConfig("", "", Duration.ofSeconds(10));

  public TlsConfig {
    Expect.present("tls.certificate", certificate, "a PEM file");
    Expect.present("tls.key", key, "a PEM file");
    if (certificate.isEmpty() != key.isEmpty()) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          certificate.isEmpty() ? "tls.certificate" : "tls.key",
          "empty",
          "a PEM file: certificate and key go together");
    }
    Expect.range("tls.reload_interval", reloadInterval, Duration.ofMillis(100), Duration.ofDays(1));
  }

  public boolean isOn() {
    return !certificate.isEmpty();
  }
}
