package io.mycelium.access.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.access.AccessConfig;
import io.mycelium.access.Action;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.config.ConfigLoader;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a token must be to be believed. */
class TokenCheckTest {
  private static final Vertx VERTX = Vertx.vertx();
  private static final long NOW = 1_800_000_000L;

  @TempDir Path folder;

  @AfterAll
  static void close() {
    VERTX.close().await();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
        "ES384", "ES512", "EdDSA"
      })
  void everyAlgorithmIsVerifiedAndAForgedSignatureIsNot(String algorithm) throws Exception {
    Signer signer = Signer.of(algorithm);
    TokenCheck check = check(config(signer, algorithm));
    String token = signer.token(claims());
    assertThat(identity(check, token).userId()).isEqualTo("ada");

    String other = Signer.of(algorithm).token(claims().put("sub", "eve"));
    String forged =
        token.substring(0, token.indexOf('.') + 1)
            + other.substring(other.indexOf('.') + 1, other.lastIndexOf('.'))
            + token.substring(token.lastIndexOf('.'));
    refused(check, forged, "signature is not by a configured key");
    refused(check, token.substring(0, token.lastIndexOf('.') + 1) + "AAAA", "signature is not by");
  }

  @Test
  void publicKeyIsNoSecret() throws Exception {
    Signer signer = Signer.of("RS256");
    TokenCheck check = check(config(signer, "RS256"));
    String input =
        Signer.base64("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + Signer.base64(claims().encode().getBytes(StandardCharsets.UTF_8));
    byte[] mac =
        Signer.hmac(
            "HS256",
            signer.pem().getBytes(StandardCharsets.UTF_8),
            input.getBytes(StandardCharsets.UTF_8));
    refused(
        check,
        input + "." + Signer.base64(mac),
        "the token's alg is HS256, expected that of a configured key: RS256");
  }

  @Test
  void keyIsUsedForItsOwnAlgorithmOnly() throws Exception {
    Signer signer = Signer.of("RS256");
    TokenCheck check = check(config(signer, "RS256"));
    refused(check, signer.as("PS256").token(claims()), "expected that of a configured key: RS256");
    refused(check, signer.as("RS512").token(claims()), "expected that of a configured key: RS256");
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "", "HS1", "RS1", "ES256K", "HS256 "})
  void algorithmThatIsNoneOfOursIsRefused(String algorithm) throws Exception {
    TokenCheck check = check(secret());
    String token = Signer.of("HS256").token(new JsonObject().put("alg", algorithm), claims());
    refused(check, token, "the token's alg is \"" + algorithm + "\", expected");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | alg is absent",
        "{\"alg\":null} | alg is null",
        "{\"alg\":[\"HS256\"]} | alg is [",
        "{\"alg\":\"HS256\",\"alg\":\"none\"} | key that it has twice",
        "{\"alg\":\"HS256\",\"crit\":[\"exp\"]} | crit",
        "{\"alg\":\"HS256\",\"kid\":1} | kid is 1",
        "[] | not the JSON of one object",
        "{\"alg\":\"HS256\"}{} | not the JSON of one object",
      })
  void headerIsReadStrictly(String header, String message) throws Exception {
    refused(check(secret()), Signer.of("HS256").token(header, claims().encode()), message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../../../etc/passwd",
        "' OR '1'='1",
        "https://evil.example/jwks.json",
        "|cat /dev/null",
        "\r\nX: y"
      })
  void kidIsANameAndNothingElse(String kid) throws Exception {
    Signer signer = Signer.of("HS256");
    JsonObject key = new JsonObject().put("id", "a").put("secret", Signer.SECRET);
    TokenCheck check = check(config(new JsonArray().add(key).encode()));
    refused(check, signer.token(kid, claims()), "kid is that of no key for HS256");
    assertThat(identity(check, signer.token("a", claims())).userId()).isEqualTo("ada");
  }

  /** CVE-2018-0114 and CVE-2026-32301: a key that the token brings, or says where it is. */
  @Test
  void keysThatATokenBringsAreNotLookedAt() throws Exception {
    Signer own = Signer.of("RS256");
    Signer evil = Signer.of("RS256");
    TokenCheck check = check(config(own, "RS256"));
    JsonObject header =
        new JsonObject()
            .put("alg", "RS256")
            .put("jwk", evil.jwk("x", "RS256"))
            .put("jku", "https://evil.example/keys")
            .put("x5u", "https://evil.example/cert")
            .put("x5c", new JsonArray().add("AAAA"));
    refused(check, evil.token(header, claims()), "signature is not by a configured key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "a.b", "..", "a.b.", ".b.c", "a.b.c.d", "a.b.c.d.e"})
  void whatIsNoTokenIsRefused(String text) {
    refused(check(secret()), text, "three parts");
  }

  @Test
  void signatureCannotBeLeftOut() throws Exception {
    String token = Signer.of("HS256").token(claims());
    String unsigned = token.substring(0, token.lastIndexOf('.'));
    refused(check(secret()), unsigned, "three parts");
    refused(check(secret()), unsigned + ".", "three parts");
  }

  @Test
  void tokenOf64KilobytesIsRefusedBeforeItIsDecoded() {
    refused(check(secret()), "!".repeat(64 << 10), "65536 characters, expected at most 8192");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "exp | 1799999990 | expired at 2027-01-15T07:59:50Z",
        "nbf | 1800000011 | not valid before",
        "iat | 1800000011 | issued in the future",
        "exp | \"soon\"  | claim exp is \"soon\", expected a whole number of seconds",
        "exp | 1e18 | claim exp is 1.0E18, expected a whole number",
        "exp | 1000000000000000000 | claim exp is 1000000000000000000, expected",
        "exp | 1800000100.5 | claim exp is 1.8000001005E9, expected a whole number",
        "exp | -1 | claim exp is -1, expected",
        "exp | null | claim exp is null, expected",
        "exp | 99999999999999999999999 | claim exp is 99999999999999999999999, expected",
        "nbf | \"1\" | claim nbf is",
        "iat | true | claim iat is true",
      })
  void timesAreCheckedInWords(String claim, String value, String message) throws Exception {
    String claims = "{\"sub\":\"ada\",\"" + claim + "\":" + value.strip() + "}";
    refused(check(secret()), Signer.of("HS256").token("{\"alg\":\"HS256\"}", claims), message);
  }

  @Test
  void clocksMayBeApartByTheLeeway() throws Exception {
    TokenCheck check = check(secret());
    Signer signer = Signer.of("HS256");
    JsonObject claims = claims().put("exp", NOW - 9).put("nbf", NOW + 10).put("iat", NOW + 10);
    assertThat(identity(check, signer.token(claims)).isExpired(NOW)).isFalse();
  }

  @Test
  void issuerAndAudienceMustBeTheConfigured() throws Exception {
    Map<String, String> options = secret();
    options.put("MYCELIUM_ACCESS_ISSUER", "https://id.example.com");
    options.put("MYCELIUM_ACCESS_AUDIENCE", "chat");
    TokenCheck check = check(options);
    Signer signer = Signer.of("HS256");
    refused(check, signer.token(claims()), "issuer (iss) is null, expected https://id.example.com");
    JsonObject claims = claims().put("iss", "https://id.example.com");
    refused(check, signer.token(claims), "audience (aud) is [], expected chat");
    refused(check, signer.token(claims.put("aud", "mail")), "audience (aud) is [mail]");
    claims.put("aud", new JsonArray().add("mail").add("chat"));
    assertThat(identity(check, signer.token(claims)).userId()).isEqualTo("ada");
  }

  @Test
  void tenantsTokenReachesItsOwnPrefixOnlyWhateverItSays() throws Exception {
    TokenCheck check = check(tenants());
    JsonObject claims =
        claims()
            .put("instances", new JsonArray().add("*"))
            .put("scope", new JsonArray().add("admin").add("console"));
    Identity acme = identity(check, Signer.of("HS256").token(claims.put("iss", "acme")));
    assertThat(acme.tenant().name()).isEqualTo("acme");
    assertThat(Permissions.allows(acme, Action.DELETE_INSTANCE, "acme-chat", null)).isTrue();
    assertThat(Permissions.allows(acme, Action.DELETE_INSTANCE, "zeta-chat", null)).isFalse();
    assertThat(Permissions.allows(acme, Action.CONSOLE, null, null)).isFalse();
  }

  /** Neither by naming the other as issuer, nor by naming none. */
  @Test
  void tenantsKeySignsForNoOther() throws Exception {
    TokenCheck check = check(tenants());
    Signer acme = Signer.of("HS256");
    refused(check, acme.token(claims().put("iss", "zeta")), "signature is not by");
    refused(check, acme.token(claims()), "signature is not by");
  }

  @Test
  void keyFilesAreRefusedInWords() throws Exception {
    Signer signer = Signer.of("RS256");
    Path secret = Files.writeString(folder.resolve("a.pem"), signer.privatePem());
    wrongKey(secret, "RS256", "a private one does not belong here");
    wrongKey(signer.pemFile(folder), "ES256", "a PUBLIC KEY for ES256");
    wrongKey(Signer.of("ES384").pemFile(folder), "ES256", "a key on P-256, not P-384");
    wrongKey(Files.writeString(folder.resolve("b.pem"), "hello"), "RS256", "PEM text that begins");
    wrongKey(folder.resolve("absent.pem"), "RS256", "a file that can be read");
  }

  private void wrongKey(Path file, String algorithm, String message) {
    String keys = key(file, algorithm);
    assertThatThrownBy(() -> check(config(keys)))
        .isInstanceOf(Refusal.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  private static String key(Path file, String algorithm) {
    JsonObject key = new JsonObject().put("algorithm", algorithm).put("file", file.toString());
    return new JsonArray().add(key).encode();
  }

  private Map<String, String> config(Signer signer, String algorithm) throws Exception {
    return algorithm.startsWith("HS")
        ? config(
            new JsonArray()
                .add(new JsonObject().put("algorithm", algorithm).put("secret", Signer.SECRET))
                .encode())
        : config(key(signer.pemFile(folder), algorithm));
  }

  private static Map<String, String> config(String keys) {
    return new HashMap<>(Map.of("MYCELIUM_ACCESS_KEYS", keys));
  }

  private static Map<String, String> secret() {
    return new HashMap<>(Map.of("MYCELIUM_ACCESS_SECRET", Signer.SECRET));
  }

  private static Map<String, String> tenants() {
    String own = "the node's own secret, which is long enough";
    String zeta = "the secret of zeta, which is long enough too";
    JsonObject tenants =
        new JsonObject()
            .put("acme", new JsonObject().put("prefix", "acme-").put("secret", Signer.SECRET))
            .put("zeta", new JsonObject().put("prefix", "zeta-").put("secret", zeta));
    return Map.of("MYCELIUM_ACCESS_SECRET", own, "MYCELIUM_ACCESS_TENANTS", tenants.encode());
  }

  private static JsonObject claims() {
    return new JsonObject()
        .put("sub", "ada")
        .put("instances", new JsonArray().add("chat"))
        .put("exp", NOW + 60);
  }

  private static TokenCheck check(Map<String, String> variables) {
    AccessConfig config = new ConfigLoader(variables).load(null, Map.of()).access();
    return TokenCheck.of(VERTX, config, config.keySource(), () -> NOW);
  }

  private static Identity identity(TokenCheck check, String token) {
    return check.check(token).await();
  }

  private static void refused(TokenCheck check, String token, String message) {
    assertThatThrownBy(() -> check.check(token).await())
        .isInstanceOfSatisfying(
            Refusal.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAUTHORIZED))
        .hasMessageContaining(message);
  }
}
