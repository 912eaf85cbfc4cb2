package io.mycelium.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** An authority of a test's own, made by the JDK's keytool, which signs certificates of nodes. */
public final class Authority {
  private static final String PASSWORD = "password";

  private final Path folder;
  private final String name;
  private final Path store;

  /** PEM files of a node: certificate, key and the authority's certificate. */
  public record Pair(Path certificate, Path key, Path ca) {}

  public Authority(Path folder, String name) {
    this.folder = folder;
    this.name = name;
    this.store = folder.resolve(name + ".p12");
    keytool("-alias", "ca", "-dname", "CN=" + name, "-ext", "bc:c");
  }

  private Path ca() {
    return write(folder.resolve(name + "-ca.crt"), certificate("ca"));
  }

  /** A new certificate, from this authority. */
  public Pair sign(String node) {
    return sign(node, "-validity", "90");
  }

  /** One that was valid until some days ago. */
  public Pair signOver(String node) {
    return sign(node, "-startdate", "-10d", "-validity", "5");
  }

  private Pair sign(String node, String... options) {
    List<String> all = new ArrayList<>(List.of("-alias", node, "-dname", "CN=" + node));
    all.addAll(List.of("-signer", "ca"));
    all.addAll(List.of(options));
    keytool(all.toArray(String[]::new));
    return new Pair(
        write(folder.resolve(name + "-" + node + ".crt"), certificate(node)),
        write(folder.resolve(name + "-" + node + ".key"), key(node)),
        ca());
  }

  private void keytool(String... more) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-keystore", store.toString(), "-storetype", "PKCS12"));
    command.addAll(List.of("-storepass", PASSWORD, "-keyalg", "EC"));
    command.addAll(List.of(more));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(process.getInputStream().readAllBytes());
      if (process.waitFor() != 0) {
        throw new AssertionError("keytool: " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String certificate(String alias) {
    try {
      Certificate certificate = keys().getCertificate(alias);
      return pem("CERTIFICATE", certificate.getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private String key(String alias) {
    try {
      return pem("PRIVATE KEY", keys().getKey(alias, PASSWORD.toCharArray()).getEncoded());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private KeyStore keys() {
    try (InputStream in = Files.newInputStream(store)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(String block, byte[] bytes) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN " + block + "-----\n" + text + "\n-----END " + block + "-----\n";
  }

  private static Path write(Path file, String text) {
    try {
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
