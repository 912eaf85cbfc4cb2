package io.mycelium.web;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.X509KeyManager;

/**
 * The content of the files of {@link TlsConfig} at one time: a certificate and its key.
 *
 * @param leaf the server's own certificate
 */
record TlsFiles(Buffer certificate, Buffer key, X509Certificate leaf) {
  private static final int MAX_BYTES = 1 << 20;
  private static final byte[] TO_SIGN = "mycelium".getBytes(StandardCharsets.US_ASCII);

  /**
   * Blocks.
   *
   * @throws Refusal that names the file and what was expected of it, never the content
   */
  static TlsFiles read(Vertx vertx, TlsConfig config) {
    Buffer certificate =
        pem("tls.certificate", config.certificate(), "CERTIFICATE", "BEGIN CERTIFICATE");
    Buffer key =
        pem(
            "tls.key",
            config.key(),
            "(RSA |EC )?PRIVATE KEY",
            "BEGIN PRIVATE KEY, which is not encrypted (openssl pkey -in FILE -out FILE)");
    readable(certificate, config.certificate());
    X509Certificate leaf;
    boolean fit;
    try {
      X509KeyManager pair =
          (X509KeyManager)
              options(certificate, key).getKeyManagerFactory(vertx).getKeyManagers()[0];
      String[] rsa = pair.getServerAliases("RSA", null);
      String alias = (rsa == null ? pair.getServerAliases("EC", null) : rsa)[0];
      leaf = pair.getCertificateChain(alias)[0];
      fit = belongTogether(pair.getPrivateKey(alias), leaf.getPublicKey());
    } catch (Exception e) {
      throw wrong(
          "tls.key",
          config.key(),
          "an RSA or EC key that fits the certificate in " + config.certificate());
    }
    if (!fit) {
      throw wrong("tls.key", config.key(), "the key of the certificate " + config.certificate());
    }
    return new TlsFiles(certificate, key, leaf);
  }

  /** What Vert.x says of a certificate and a key together names neither. */
  private static void readable(Buffer certificate, String file) {
    try {
      CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(certificate.getBytes()));
    } catch (CertificateException e) {
      throw wrong("tls.certificate", file, "an X.509 certificate in PEM");
    }
  }

  /**
   * @param block the kind of block that the PEM text must contain
   */
  private static Buffer pem(String field, String file, String block, String expected) {
    Buffer bytes = bytes(field, file);
    String text = bytes.toString(StandardCharsets.ISO_8859_1);
    String whole =
        "(?s).*-----BEGIN " + block + "-----[A-Za-z0-9+/=\\s]+-----END " + block + "-----.*";
    if (!text.matches(whole)) {
      throw wrong(field, file, "PEM text with " + expected);
    }
    return bytes;
  }

  private static Buffer bytes(String field, String file) {
    try {
      Path path = Path.of(file);
      return Files.size(path) > MAX_BYTES
          ? Buffer.buffer()
          : Buffer.buffer(Files.readAllBytes(path));
    } catch (IOException | RuntimeException e) {
      throw wrong(field, file, "a file that can be read");
    }
  }

  private static boolean belongTogether(PrivateKey secret, PublicKey open)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance("SHA256with" + algorithm(open));
    signature.initSign(secret);
    signature.update(TO_SIGN);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    signature.update(TO_SIGN);
    return signature.verify(signed);
  }

  private static String algorithm(PublicKey key) {
    return key.getAlgorithm().equals("EC") ? "ECDSA" : key.getAlgorithm();
  }

  private static Refusal wrong(String field, String file, String expected) {
    return Refusal.of(ErrorCode.INVALID_CONFIG, field, "the file " + file, expected);
  }

  private static PemKeyCertOptions options(Buffer certificate, Buffer key) {
    return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
  }

  PemKeyCertOptions options() {
    return options(certificate, key);
  }

  /** Whether the files still have the same content; blocks. */
  boolean areStill(TlsConfig config) {
    return certificate.equals(bytes("tls.certificate", config.certificate()))
        && key.equals(bytes("tls.key", config.key()));
  }

  /** Without the key. */
  @Override
  public String toString() {
    return "certificate "
        + leaf.getSubjectX500Principal()
        + ", serial "
        + leaf.getSerialNumber().toString(16)
        + ", valid until "
        + leaf.getNotAfter().toInstant();
  }
}
