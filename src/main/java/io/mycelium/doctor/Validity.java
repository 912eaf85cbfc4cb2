package io.mycelium.doctor;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** When a certificate is valid. */
final class Validity {
  private static final Duration SOON = Duration.ofDays(14);

  private Validity() {}

  /** {@code CN=node-1, from CN=ca, valid until 2027-02-26 (89 days)}. */
  static String describe(X509Certificate certificate) {
    Instant until = certificate.getNotAfter().toInstant();
    long days = Duration.between(Instant.now(), until).toDays();
    return certificate.getSubjectX500Principal()
        + ", from "
        + certificate.getIssuerX500Principal()
        + ", valid until "
        + until.toString().substring(0, 10)
        + (until.isBefore(Instant.now()) ? " (over)" : " (" + days + " days)");
  }

  static boolean isOver(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().isBefore(Instant.now());
  }

  /**
   * @param file where the certificate is
   * @param prefix of what was found
   */
  static Finding check(String check, X509Certificate certificate, String file, String prefix) {
    Instant now = Instant.now();
    String found = prefix + describe(certificate);
    String renew = "renew " + file + " and its key; a running node takes them by itself";
    if (isOver(certificate)) {
      return Finding.failed(check, found, "a certificate that is valid now", renew);
    }
    if (certificate.getNotBefore().toInstant().isAfter(now)) {
      return Finding.failed(
          check,
          found + ", but only from " + certificate.getNotBefore().toInstant(),
          "a certificate that is valid now",
          "look at this machine's clock, or " + renew);
    }
    if (certificate.getNotAfter().toInstant().isBefore(now.plus(SOON))) {
      return Finding.warning(check, found, SOON.toDays() + " days or more", renew);
    }
    return Finding.ok(check, found);
  }
}
