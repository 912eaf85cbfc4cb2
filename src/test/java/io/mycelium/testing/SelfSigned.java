package io.mycelium.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate for this machine that signs itself, made by the JDK's keytool, as a pair of PEM
 * files.
 */
public record SelfSigned(Path certificate, Path key, X509Certificate x509) {
  private static final char[] PASSWORD = "password".toCharArray();

  /**
   * @param algorithm EC or RSA
   */
  public static SelfSigned make(Path folder, String name, String algorithm) {
    return make(folder, name, algorithm, "-validity", "90");
  }

  /** One that was valid until some days ago. */
  public static SelfSigned over(Path folder, String name) {
    return make(folder, name, "EC", "-startdate", "-10d", "-validity", "5");
  }

  private static SelfSigned make(Path folder, String name, String algorithm, String... options) {
    Path store = folder.resolve(name + ".p12");
    try {
      keytool(store, algorithm, options);
      KeyStore keys = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        keys.load(in, PASSWORD);
      }
      X509Certificate x509 = (X509Certificate) keys.getCertificate("own");
      return new SelfSigned(
          pem(folder.resolve(name + ".crt"), "CERTIFICATE", x509.getEncoded()),
          pem(
              folder.resolve(name + ".key"),
              "PRIVATE KEY",
              keys.getKey("own", PASSWORD).getEncoded()),
          x509);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void keytool(Path store, String algorithm, String... options)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                new String(PASSWORD),
                "-alias",
                "own",
                "-keyalg",
                algorithm,
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1"));
    command.addAll(List.of(options));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new AssertionError("keytool: " + said);
    }
  }

  private static Path pem(Path file, String block, byte[] bytes) throws IOException {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    String pem = "-----BEGIN " + block + "-----\n" + text + "\n-----END " + block + "-----\n";
    return Files.writeString(file, pem);
  }

  /** Puts the other's files in the place of these, the certificate first. */
  public void replaceBy(SelfSigned other) {
    try {
      Files.copy(other.certificate, certificate, StandardCopyOption.REPLACE_EXISTING);
      Files.copy(other.key, key, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of a client that believes these and no other. */
  public static SSLContext trusting(List<SelfSigned> believed) {
    try {
      KeyStore known = KeyStore.getInstance("PKCS12");
      known.load(null, null);
      for (SelfSigned each : believed) {
        known.setCertificateEntry("c" + known.size(), each.x509);
      }
      TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
      trust.init(known);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
