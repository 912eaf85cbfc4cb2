package io.mycelium.access.token;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A public key in a PEM file: {@code PUBLIC KEY} or {@code CERTIFICATE}. Blocks. */
final class PemFile {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]{1,40})-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  private static final int MAX_BYTES = 64 << 10;

  private PemFile() {}

  /**
   * @throws Refusal that names the file and the fault, never the content
   */
  static PublicKey read(String file, Algorithm algorithm) {
    String kind = "";
    try {
      byte[] bytes =
          Files.size(Path.of(file)) > MAX_BYTES ? new byte[0] : Files.readAllBytes(Path.of(file));
      Matcher block = BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
      kind = block.find() ? block.group(1) : "";
      PublicKey key =
          switch (kind) {
            case "PUBLIC KEY" ->
                KeyFactory.getInstance(algorithm.family())
                    .generatePublic(new X509EncodedKeySpec(decoded(block)));
            case "CERTIFICATE" ->
                CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(decoded(block)))
                    .getPublicKey();
            default -> throw wrong(file, expected(kind));
          };
      String misfit = algorithm.misfit(key);
      if (misfit != null) {
        throw wrong(file, misfit);
      }
      return key;
    } catch (IOException e) {
      throw wrong(file, "a file that can be read");
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw wrong(file, "a " + kind + " for " + algorithm);
    }
  }

  private static String expected(String kind) {
    if (kind.contains("PRIVATE")) {
      return "a public key: a private one does not belong here (openssl pkey -in FILE -pubout)";
    }
    if (kind.equals("RSA PUBLIC KEY")) {
      return "BEGIN PUBLIC KEY (openssl rsa -RSAPublicKey_in -in FILE -pubout)";
    }
    return "PEM text that begins with BEGIN PUBLIC KEY or BEGIN CERTIFICATE";
  }

  private static byte[] decoded(Matcher block) {
    return Base64.getMimeDecoder().decode(block.group(2));
  }

  private static Refusal wrong(String file, String expected) {
    return Refusal.of(ErrorCode.INVALID_CONFIG, "access.keys", "the file " + file, expected);
  }
}
