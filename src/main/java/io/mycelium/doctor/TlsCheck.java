package io.mycelium.doctor;

import io.mycelium.protocol.Refusal;
import io.mycelium.web.Tls;
import io.mycelium.web.TlsConfig;
import io.vertx.core.Vertx;
import java.util.List;

/** The certificate of the main port. */
record TlsCheck(Vertx vertx, TlsConfig config) implements Doctor.Check {
  private static final String CHECK = "TLS";

  @Override
  public List<Finding> call() {
    if (!config.isOn()) {
      return List.of(Finding.ok(CHECK, "off: the main port speaks plain HTTP"));
    }
    try {
      return List.of(
          Validity.check(CHECK, Tls.certificate(vertx, config), config.certificate(), ""));
    } catch (Refusal refusal) {
      return List.of(
          Finding.failed(
              CHECK,
              refusal.field() + " is " + refusal.value(),
              refusal.expected(),
              "put a certificate and its key there (docs/tls.md)"));
    }
  }
}
