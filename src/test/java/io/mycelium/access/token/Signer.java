package io.mycelium.access.token;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Signs whatever it is given, by the JCA alone: what is under test has no part in it. */
final class Signer {
  static final String SECRET =
      "a secret of more than sixty-four bytes, so that it is enough for HS512";

  private static final ArrayDeque<KeyPair> RSA = new ArrayDeque<>();

  private final KeyPair keys;
  private final String algorithm;

  private Signer(String algorithm, KeyPair keys) {
    this.algorithm = algorithm;
    this.keys = keys;
  }

  static Signer of(String algorithm) throws Exception {
    if (algorithm.startsWith("HS")) {
      return new Signer(algorithm, null);
    }
    boolean rsa = algorithm.startsWith("RS") || algorithm.startsWith("PS");
    return new Signer(algorithm, rsa ? nextRsa() : pair(algorithm));
  }

  /** RSA keys take long to make, so there are two, which take turns. */
  private static synchronized KeyPair nextRsa() throws Exception {
    if (RSA.size() < 2) {
      RSA.add(pair("RS256"));
    } else {
      RSA.add(RSA.remove());
    }
    return RSA.getLast();
  }

  /** The same keys used for another algorithm. */
  Signer as(String other) {
    return new Signer(other, keys);
  }

  private static KeyPair pair(String algorithm) throws Exception {
    KeyPairGenerator generator =
        KeyPairGenerator.getInstance(
            algorithm.startsWith("ES") ? "EC" : algorithm.equals("EdDSA") ? "Ed25519" : "RSA");
    if (algorithm.startsWith("ES")) {
      String curve = "secp" + algorithm.substring(2).replace("512", "521") + "r1";
      generator.initialize(new ECGenParameterSpec(curve));
    }
    return generator.generateKeyPair();
  }

  String token(JsonObject claims) throws Exception {
    return token(new JsonObject().put("alg", algorithm), claims);
  }

  String token(String kid, JsonObject claims) throws Exception {
    return token(new JsonObject().put("alg", algorithm).put("kid", kid), claims);
  }

  String token(JsonObject header, JsonObject claims) throws Exception {
    return token(header.encode(), claims.encode());
  }

  String token(String header, String claims) throws Exception {
    String input =
        base64(header.getBytes(StandardCharsets.UTF_8))
            + "."
            + base64(claims.getBytes(StandardCharsets.UTF_8));
    byte[] bytes = input.getBytes(StandardCharsets.US_ASCII);
    return input
        + "."
        + base64(
            keys == null
                ? hmac(algorithm, SECRET.getBytes(StandardCharsets.UTF_8), bytes)
                : sign(bytes));
  }

  static byte[] hmac(String algorithm, byte[] secret, byte[] input) throws Exception {
    String name = "Hmac" + algorithm.replace("HS", "SHA");
    Mac mac = Mac.getInstance(name);
    mac.init(new SecretKeySpec(secret, name));
    return mac.doFinal(input);
  }

  private byte[] sign(byte[] input) throws Exception {
    String bits = algorithm.substring(2);
    Signature signature =
        switch (algorithm.substring(0, 2)) {
          case "RS" -> Signature.getInstance("SHA" + bits + "withRSA");
          case "PS" -> Signature.getInstance("RSASSA-PSS");
          case "ES" -> Signature.getInstance("SHA" + bits + "withECDSAinP1363Format");
          default -> Signature.getInstance("Ed25519");
        };
    if (algorithm.startsWith("PS")) {
      signature.setParameter(
          new PSSParameterSpec(
              "SHA-" + bits,
              "MGF1",
              new MGF1ParameterSpec("SHA-" + bits),
              Integer.parseInt(bits) / 8,
              1));
    }
    signature.initSign(keys.getPrivate());
    signature.update(input);
    return signature.sign();
  }

  String pem() {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(keys.getPublic().getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  Path pemFile(Path folder) throws Exception {
    return Files.writeString(folder.resolve(algorithm + ".pem"), pem());
  }

  String privatePem() {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----\n";
  }

  /** The public key as a JWK, without {@code kid} and {@code alg} if null. */
  JsonObject jwk(String kid, String alg) {
    JsonObject jwk = new JsonObject();
    if (keys.getPublic() instanceof RSAPublicKey rsa) {
      jwk.put("kty", "RSA").put("n", base64(unsigned(rsa.getModulus(), 0)));
      jwk.put("e", base64(unsigned(rsa.getPublicExponent(), 0)));
    } else if (keys.getPublic() instanceof ECPublicKey ec) {
      int bits = ec.getParams().getCurve().getField().getFieldSize();
      int length = (bits + 7) / 8;
      jwk.put("kty", "EC").put("crv", "P-" + bits);
      jwk.put("x", base64(unsigned(ec.getW().getAffineX(), length)));
      jwk.put("y", base64(unsigned(ec.getW().getAffineY(), length)));
    } else {
      byte[] encoded = ((EdECPublicKey) keys.getPublic()).getEncoded();
      jwk.put("kty", "OKP").put("crv", "Ed25519");
      jwk.put("x", base64(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)));
    }
    return jwk.put("kid", kid).put("alg", alg).put("use", "sig");
  }

  private static byte[] unsigned(BigInteger number, int length) {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    byte[] plain = Arrays.copyOfRange(bytes, from, bytes.length);
    byte[] padded = new byte[Math.max(length, plain.length)];
    System.arraycopy(plain, 0, padded, padded.length - plain.length, plain.length);
    return padded;
  }

  static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
