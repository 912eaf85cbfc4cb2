package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.SelfSigned;
import io.mycelium.testing.ServerProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A node with wrong {@code tls.*} does not start: code 2, and one line that says why. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsStartTest {
  private Path folder;
  private SelfSigned good;

  @BeforeAll
  void makeACertificate(@TempDir Path temporary) {
    folder = temporary;
    good = SelfSigned.make(folder, "good", "EC");
  }

  private void assertRefused(String certificate, String key, String line) throws Exception {
    ProcessBuilder builder =
        ServerProcess.command(
            List.of("-XX:TieredStopAtLevel=1"),
            System.getProperty("java.class.path"),
            List.of("serve", "--port", "0"));
    Map<String, String> environment = builder.environment();
    environment.put("MYCELIUM_JOURNAL_URL", "memory:");
    environment.put("MYCELIUM_WEB_HOST", "127.0.0.1");
    environment.put("MYCELIUM_ACCESS_MODE", "open");
    environment.put("MYCELIUM_WEB_MAX_CONNECTIONS", "100");
    environment.put("MYCELIUM_TLS_CERTIFICATE", certificate);
    environment.put("MYCELIUM_TLS_KEY", key);
    Process node = builder.start();
    try {
      String said =
          new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      assertThat(node.waitFor()).as(said).isEqualTo(2);
      assertThat(said).isEqualTo("mycelium: " + line);
    } finally {
      node.destroyForcibly();
    }
  }

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void aFileThatIsNotThereIsNamedWithItsOption() throws Exception {
    String missing = folder.resolve("missing.crt").toString();
    assertRefused(
        missing,
        good.key().toString(),
        "tls.certificate is the file " + missing + ", expected a file that can be read");
  }

  @Test
  void theKeyOfAnotherCertificateIsNamedWithTheOneThatWasExpected() throws Exception {
    SelfSigned other = SelfSigned.make(folder, "other", "EC");
    assertRefused(
        good.certificate().toString(),
        other.key().toString(),
        "tls.key is the file "
            + other.key()
            + ", expected the key of the certificate "
            + good.certificate());
  }

  @Test
  void textThatIsNoCertificateAndNoKeyIsNamed() throws Exception {
    Path prose = file("prose.pem", "this is no certificate\n");
    assertRefused(
        prose.toString(),
        good.key().toString(),
        "tls.certificate is the file " + prose + ", expected PEM text with BEGIN CERTIFICATE");
    Path garbage =
        file("garbage.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertRefused(
        good.certificate().toString(),
        garbage.toString(),
        "tls.key is the file "
            + garbage
            + ", expected an RSA or EC key that fits the certificate in "
            + good.certificate());
  }

  @Test
  void aCertificateWithoutItsKeyIsToldBeforeAnyFileIsRead() throws Exception {
    assertRefused(
        good.certificate().toString(),
        "",
        "environment: MYCELIUM_TLS_KEY: tls.key is empty, expected a PEM file: certificate and key go together");
  }

  @Test
  void aGarbageCertificateIsNotBlamedOnTheKey() throws Exception {
    Path garbage =
        file("garbage.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    assertRefused(
        garbage.toString(),
        good.key().toString(),
        "tls.certificate is the file " + garbage + ", expected an X.509 certificate in PEM");
  }

  /** It is a warning, not an error: a node that restarts is better than none. */
  @Test
  void oneThatIsOverIsUsedWithAWarning() {
    SelfSigned over = SelfSigned.over(folder, "over");
    try (ServerProcess node =
        ServerProcess.start(
            Map.of(
                "MYCELIUM_JOURNAL_URL",
                "memory:",
                "MYCELIUM_TLS_CERTIFICATE",
                over.certificate().toString(),
                "MYCELIUM_TLS_KEY",
                over.key().toString()))) {
      assertThat(node.log()).contains("TLS: the certificate is no longer valid");
    }
  }
}
