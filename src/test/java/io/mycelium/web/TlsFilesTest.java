package io.mycelium.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.Refusal;
import io.mycelium.testing.SelfSigned;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A wrong file is told by its name and by what was expected of it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsFilesTest {
  private final Vertx vertx = Vertx.vertx();
  private Path folder;
  private SelfSigned ec;
  private SelfSigned rsa;

  @BeforeAll
  void makeCertificates(@TempDir Path temporary) {
    folder = temporary;
    ec = SelfSigned.make(folder, "ec", "EC");
    rsa = SelfSigned.make(folder, "rsa", "RSA");
  }

  @AfterAll
  void close() {
    vertx.close();
  }

  private TlsFiles read(Path certificate, Path key) {
    return TlsFiles.read(
        vertx, new TlsConfig(certificate.toString(), key.toString(), Duration.ofSeconds(1)));
  }

  private void assertRefused(Path certificate, Path key, String... words) {
    assertThatThrownBy(() -> read(certificate, key))
        .isInstanceOf(Refusal.class)
        .message()
        .contains(words)
        .doesNotContain("Exception", "java.");
  }

  @Test
  void keysOfBothKindsAreRead() {
    assertThat(read(ec.certificate(), ec.key()).leaf()).isEqualTo(ec.x509());
    assertThat(read(rsa.certificate(), rsa.key()).leaf()).isEqualTo(rsa.x509());
  }

  @Test
  void theKeyOfAnotherCertificateIsRefused() {
    assertRefused(ec.certificate(), rsa.key(), "tls.key is the file " + rsa.key(), "fits");
    SelfSigned other = SelfSigned.make(folder, "other", "EC");
    assertRefused(
        ec.certificate(), other.key(), other.key().toString(), ec.certificate().toString());
  }

  @Test
  void filesThatAreNoneAreRefused() throws IOException {
    Path missing = folder.resolve("missing.pem");
    assertRefused(missing, ec.key(), "tls.certificate is the file " + missing, "can be read");
    assertRefused(ec.certificate(), folder, "tls.key is the file " + folder);
    Path empty = Files.createFile(folder.resolve("empty.pem"));
    assertRefused(empty, ec.key(), "BEGIN CERTIFICATE");
    assertRefused(ec.key(), ec.certificate(), "tls.certificate", "BEGIN CERTIFICATE");
    Path encrypted =
        Files.writeString(
            folder.resolve("encrypted.pem"),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    assertRefused(ec.certificate(), encrypted, "not encrypted");
    Path broken =
        Files.writeString(
            folder.resolve("broken.pem"),
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assertRefused(ec.certificate(), broken, "an RSA or EC key");
  }

  @Test
  void oneWithoutTheOtherIsRefused() {
    assertThatThrownBy(() -> new TlsConfig("a.pem", "", Duration.ofSeconds(1)))
        .hasMessageStartingWith("tls.key is empty");
    assertThatThrownBy(() -> new TlsConfig("", "a.pem", Duration.ofSeconds(1)))
        .hasMessageStartingWith("tls.certificate is empty");
  }

  @Test
  void nothingOfTheKeyIsInItsText() {
    assertThat(read(ec.certificate(), ec.key()).toString())
        .contains("CN=localhost")
        .doesNotContain("PRIVATE");
  }
}
