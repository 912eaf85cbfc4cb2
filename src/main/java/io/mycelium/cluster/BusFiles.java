package io.mycelium.cluster;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TCPSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;

/**
 * What the files of the bus's TLS held at one time; they fit together: the authority's certificate
 * leads to this node's, for both ends of a connection.
 */
record BusFiles(Buffer certificate, Buffer key, Buffer ca, X509Certificate leaf) {
  /** Both ends are of this version; an older one has no use here. */
  static final Set<String> PROTOCOLS = Set.of("TLSv1.3");

  private static final int MAX_BYTES = 1 << 20;
  private static final int AUTHENTICATE_AS_CLIENT = 0;
  private static final int AUTHENTICATE_AS_SERVER = 1;

  /**
   * Blocks.
   *
   * @throws Refusal that names the file and what was expected of it, never what is in it
   */
  static BusFiles read(Vertx vertx, ClusterConfig config) {
    Buffer certificate = bytes("tls_certificate", config.tlsCertificate());
    Buffer key = bytes("tls_key", config.tlsKey());
    Buffer ca = bytes("tls_ca", config.tlsCa());
    X509Certificate[] chain = chain(vertx, certificate, key, config);
    X509TrustManager authority = authority(vertx, ca, config.tlsCa());
    verify(authority, chain, config, AUTHENTICATE_AS_CLIENT);
    verify(authority, chain, config, AUTHENTICATE_AS_SERVER);
    return new BusFiles(certificate, key, ca, chain[0]);
  }

  private static X509Certificate[] chain(
      Vertx vertx, Buffer certificate, Buffer key, ClusterConfig config) {
    try {
      X509KeyManager pair =
          (X509KeyManager) pair(certificate, key).getKeyManagerFactory(vertx).getKeyManagers()[0];
      String[] rsa = pair.getServerAliases("RSA", null);
      String alias = (rsa == null ? pair.getServerAliases("EC", null) : rsa)[0];
      X509Certificate[] chain = pair.getCertificateChain(alias);
      if (areOne(pair.getPrivateKey(alias), chain[0].getPublicKey())) {
        return chain;
      }
    } catch (Exception e) {
      // Said below.
    }
    throw wrong(
        "tls_key",
        config.tlsKey(),
        "a PEM text with BEGIN PRIVATE KEY, RSA or EC and not encrypted, that fits the"
            + " certificate in "
            + config.tlsCertificate());
  }

  /** Whether what the one signs is verified by the other. */
  private static boolean areOne(PrivateKey secret, PublicKey open) throws GeneralSecurityException {
    Signature signature =
        Signature.getInstance(
            "SHA256with" + (secret.getAlgorithm().equals("RSA") ? "RSA" : "ECDSA"));
    signature.initSign(secret);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    return signature.verify(signed);
  }

  private static X509TrustManager authority(Vertx vertx, Buffer ca, String file) {
    try {
      X509TrustManager authority =
          (X509TrustManager)
              new PemTrustOptions()
                  .addCertValue(ca)
                  .getTrustManagerFactory(vertx)
                  .getTrustManagers()[0];
      if (authority.getAcceptedIssuers().length > 0) {
        return authority;
      }
    } catch (Exception e) {
      // Said below.
    }
    throw wrong("tls_ca", file, "a PEM text with BEGIN CERTIFICATE");
  }

  private static void verify(
      X509TrustManager authority, X509Certificate[] chain, ClusterConfig config, int as) {
    try {
      if (as == AUTHENTICATE_AS_CLIENT) {
        authority.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
      } else {
        authority.checkServerTrusted(chain, "UNKNOWN");
      }
    } catch (CertificateException e) {
      throw wrong(
          "tls_certificate",
          config.tlsCertificate(),
          "a certificate for "
              + (as == AUTHENTICATE_AS_CLIENT ? "clients" : "servers")
              + ", valid now, from the authority in "
              + config.tlsCa()
              + " ("
              + e.getMessage()
              + ")");
    }
  }

  private static Buffer bytes(String option, String file) {
    try {
      Path path = Path.of(file);
      if (Files.size(path) <= MAX_BYTES) {
        return Buffer.buffer(Files.readAllBytes(path));
      }
    } catch (IOException | RuntimeException e) {
      // Said below.
    }
    throw wrong(option, file, "a file of at most 1 MiB that can be read");
  }

  private static Refusal wrong(String option, String file, String expected) {
    return Refusal.of(ErrorCode.INVALID_CONFIG, "cluster." + option, "the file " + file, expected);
  }

  private static PemKeyCertOptions pair(Buffer certificate, Buffer key) {
    return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
  }

  PemKeyCertOptions pair() {
    return pair(certificate, key);
  }

  PemTrustOptions authority() {
    return new PemTrustOptions().addCertValue(ca);
  }

  void apply(TCPSSLOptions options) {
    options
        .setSsl(true)
        .setKeyCertOptions(pair())
        .setTrustOptions(authority())
        .setEnabledSecureTransportProtocols(PROTOCOLS);
  }

  /** Whether the same bytes are in the files now; blocks. */
  boolean areStill(ClusterConfig config) {
    return certificate.equals(bytes("tls_certificate", config.tlsCertificate()))
        && key.equals(bytes("tls_key", config.tlsKey()))
        && ca.equals(bytes("tls_ca", config.tlsCa()));
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
