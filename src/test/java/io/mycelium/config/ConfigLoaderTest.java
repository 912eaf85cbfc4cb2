package io.mycelium.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.access.KeyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigLoaderTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdef";

  @TempDir Path folder;

  @Test
  void omittedOptionsTakeTheirDefaults() throws IOException {
    MyceliumConfig config = load("web:\n  port: 4100\nsocket:\n");
    assertThat(config.web().port()).isEqualTo(4100);
    assertThat(config.web().host()).isEqualTo("0.0.0.0");
    assertThat(config.socket()).isEqualTo(MyceliumConfig.DEFAULT.socket());
  }

  @Test
  void emptyFileIsTheDefaults() throws IOException {
    assertThat(load("# nothing\n")).isEqualTo(MyceliumConfig.DEFAULT);
  }

  @Test
  void variableWinsOverFileAndCommandLineOverBoth() throws IOException {
    Path file = file("web:\n  port: 1\n  event_loops: 2\nsocket:\n  ping_interval: 9s\n");
    Map<String, String> environment =
        Map.of("MYCELIUM_WEB_PORT", "2", "MYCELIUM_SOCKET_PING_INTERVAL", "10s", "PATH", "x");
    MyceliumConfig config = new ConfigLoader(environment).load(file, Map.of("web.port", "3"));
    assertThat(config.web().port()).isEqualTo(3);
    assertThat(config.web().eventLoops()).isEqualTo(2);
    assertThat(config.socket().pingInterval()).isEqualTo(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @CsvSource({"1500ms,1500", "25s,25000", "2m,120000", "1h,3600000", "PT25S,25000"})
  void durationsHaveUnits(String text, long millis) throws IOException {
    MyceliumConfig config = load("socket:\n  ping_interval: " + text + "\n");
    assertThat(config.socket().pingInterval()).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({"65536,65536", "64KiB,65536", "8MB,8000000", "1MiB,1048576", "16 kib,16384"})
  void byteSizesMayHaveUnits(String text, int bytes) throws IOException {
    MyceliumConfig config =
        load("web:\n  max_body_bytes: " + text + "\njournal:\n  max_bytes_per_room: " + text);
    assertThat(config.web().maxBodyBytes()).isEqualTo(bytes);
    assertThat(config.journal().maxBytesPerRoom()).isEqualTo(bytes);
  }

  @Test
  void unknownKeyIsNamed() {
    refused(
        "socket:\n  ping_intervall: 10s\n",
        "mycelium.yaml: socket.ping_intervall is not an option, did you mean"
            + " socket.ping_interval?");
    refused("sockets:\n  ping_interval: 10s\n", "sockets is not an option, did you mean socket?");
    refused("colour: red\n", "mycelium.yaml: colour is not an option");
  }

  @Test
  void keyInTheWrongSectionIsSentToItsOwn() {
    refused("web:\n  ping_interval: 10s\n", "did you mean socket.ping_interval?");
  }

  @Test
  void unreadableValueIsNamedWithWhatWasExpected() {
    refused(
        "socket:\n  ping_interval: 25\n",
        "mycelium.yaml: socket.ping_interval is 25, expected a duration with its unit");
    refused("web:\n  port: 4000.5\n", "web.port is 4000.5, expected a whole number");
    refused("web:\n  port: 99999999999\n", "web.port is 99999999999, expected a whole number");
    refused("web:\n  max_body_bytes: 1 barrel\n", "web.max_body_bytes is 1 barrel, expected");
    refused("web:\n  port:\n", "web.port is null, expected a whole number");
    refused("web: 4000\n", "web is not readable, expected a section of options");
  }

  @Test
  void valueOutOfRangeIsNamedWithItsSource() {
    refused("web:\n  port: 70000\n", "mycelium.yaml: web.port is 70000, expected");
    refused("ops:\n  drain_batch: 0\n", "mycelium.yaml: ops.drain_batch is 0, expected");
    Map<String, String> environment = Map.of("MYCELIUM_OPS_LOG_FORMAT", "xml");
    assertConfigError(
        () -> new ConfigLoader(environment).load(null, Map.of()),
        "environment: MYCELIUM_OPS_LOG_FORMAT: ops.log_format is xml, expected one of text, json");
  }

  @Test
  void compressionGoesWithTheTransportThatSharesIt() throws IOException {
    assertThat(load("socket:\n  compression: on\n").socket().compression()).isTrue();
    assertThat(load("").socket().compression()).isFalse();
    refused(
        "web:\n  transport: vertx\nsocket:\n  compression: true\n",
        "mycelium.yaml: socket.compression is true, expected false with web.transport: vertx");
    refused(
        "socket:\n  compression_level: 10\n",
        "mycelium.yaml: socket.compression_level is 10, expected a number from 1 to 9");
  }

  @Test
  void listsAndMapsComeFromTheFileOrFromVariables() throws IOException {
    MyceliumConfig file =
        load(
            "access:\n  allowed_origins: [\"https://a.example\", \"http://b:81\"]\n"
                + "  keys:\n    - {id: k, algorithm: ES256, file: k.pem}\n"
                + "  tenants:\n    acme: {prefix: acme-, secret: "
                + SECRET
                + ", max_instances: 3}\n");
    Map<String, String> variables =
        Map.of(
            "MYCELIUM_ACCESS_ALLOWED_ORIGINS",
            "https://a.example, http://b:81",
            "MYCELIUM_ACCESS_KEYS",
            "[{\"id\":\"k\",\"algorithm\":\"ES256\",\"file\":\"k.pem\"}]",
            "MYCELIUM_ACCESS_TENANTS",
            "{\"acme\":{\"prefix\":\"acme-\",\"secret\":\"" + SECRET + "\",\"max_instances\":3}}");
    assertThat(new ConfigLoader(variables).load(null, Map.of())).isEqualTo(file);
    assertThat(file.access().keys()).extracting(KeyConfig::algorithm).containsExactly("ES256");
    assertThat(file.access().tenants().get("acme").maxInstances()).isEqualTo(3);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "mode: closed | access.mode is closed, expected required or open",
        "secret: short | access.secret is of 5 bytes, expected at least 32",
        "secret: '-----BEGIN PUBLIC KEY-----MIIB' | access.secret is of 30 bytes",
        "keys: [{algorithm: none}] | access.keys[0].algorithm is none, expected HS256",
        "keys: [{secret: a}] | access.keys[0].secret is of 1 bytes",
        "keys: [{algorithm: HS512, secret: " + SECRET + "}] | access.keys[0].secret is of 32 bytes",
        "keys: [{algorithm: RS256}] | access.keys[0].file is empty, expected a PEM file",
        "keys: [{kid: a}] | access.keys[0].kid is not an option",
        "keys: {} | access.keys is not readable, expected a list of sections",
        "allowed_origins: ['*'] | access.allowed_origins is *, expected origins",
        "allowed_origins: ['https://a/'] | access.allowed_origins is https://a/",
        "jwks_url: 'http://id.example/k' | access.jwks_url is http://id.example/k, expected https",
        "jwks_url: 'file:///etc/passwd' | access.jwks_url is file:///etc/passwd",
        "jwks_url: 'https://u:p@id.example' | access.jwks_url",
        "jwks_refetch: 0s | access.jwks_refetch is PT0S",
        "tenants: {a: {secret: " + SECRET + "}} | access.tenants.a.prefix is empty, expected 1 to",
        "tenants: {a: {prefix: a-}} | access.tenants.a.secret is empty, expected a secret, keys",
        "tenants: {a: {prefix: a-, secret: x}} | access.tenants.a.secret is of 1 bytes",
        "tenants: {a: {prefix: 'a*', secret: " + SECRET + "}} | access.tenants.a.prefix is a*",
        "tenants: {a: {prefix: a, secret: "
            + SECRET
            + "}, b: {prefix: ab, secret: "
            + SECRET
            + "}} | access.tenants.b.prefix is ab, expected one that does not begin with a's a",
        "tenants: {a: {prefix: a, issuer: i, secret: "
            + SECRET
            + "}, b: {prefix: b, issuer: i, secret: "
            + SECRET
            + "}} | access.tenants.b.issuer is i, expected another than a's",
        "tenants: [] | access.tenants is not readable",
      })
  void accessIsCheckedByName(String option, String message) {
    refused("access:\n  " + option + "\n", message);
  }

  /** A canary in each place of a secret, searched in everything that the records print. */
  @Test
  void secretsAreInNoTextOfTheRecords() throws IOException {
    String canary = "canary-".repeat(10);
    MyceliumConfig config =
        load(
            "access:\n  secret: "
                + canary
                + "\n  keys: [{secret: "
                + canary
                + "}]\n  tenants: {a: {prefix: a, secret: "
                + canary
                + ", keys: [{secret: "
                + canary
                + "}]}}\njournal:\n  password: "
                + canary
                + "\n");
    assertThat(config.toString()).doesNotContain("canary");
    assertThat(config.access().toString()).doesNotContain("canary");
    assertThat(config.access().keySource().toString()).doesNotContain("canary");
    assertThat(config.access().tenants().toString()).doesNotContain("canary");
    assertThat(config.access().tenantKeySources().toString()).doesNotContain("canary");
    assertThat(config.access().keySource().configured().toString()).doesNotContain("canary");
  }

  @Test
  void unknownVariableIsNamed() {
    assertConfigError(
        () -> new ConfigLoader(Map.of("MYCELIUM_WEB_PROT", "1")).load(null, Map.of()),
        "environment: MYCELIUM_WEB_PROT is not an option, did you mean MYCELIUM_WEB_PORT?");
  }

  @Test
  void variableOfAnotherProgramIsLetPass() {
    Map<String, String> environment = Map.of("MYCELIUM_CMD", "java -jar mycelium.jar serve");
    assertThat(new ConfigLoader(environment).load(null, Map.of()))
        .isEqualTo(MyceliumConfig.DEFAULT);
  }

  @Test
  void variablesThatKubernetesSetsForAServiceAreNotOurs() {
    Map<String, String> links =
        Map.of(
            "MYCELIUM_SERVICE_HOST", "10.0.0.1",
            "MYCELIUM_SERVICE_PORT", "4000",
            "MYCELIUM_SERVICE_PORT_HTTP", "4000",
            "MYCELIUM_PORT", "tcp://10.0.0.1:4000",
            "MYCELIUM_WEB_PORT", "tcp://10.0.0.1:4000",
            "MYCELIUM_PORT_4000_TCP", "tcp://10.0.0.1:4000",
            "MYCELIUM_PORT_4000_TCP_ADDR", "10.0.0.1");
    assertThat(new ConfigLoader(links).load(null, Map.of())).isEqualTo(MyceliumConfig.DEFAULT);
  }

  @Test
  void missingOrBrokenFileIsNamed() {
    assertConfigError(
        () -> new ConfigLoader(Map.of()).load(folder.resolve("no.yaml"), Map.of()), "no.yaml");
    refused("web: [1\n", "mycelium.yaml: not readable as YAML");
    refused("just a text\n", "mycelium.yaml: not readable as YAML");
  }

  private MyceliumConfig load(String yaml) throws IOException {
    return new ConfigLoader(Map.of()).load(file(yaml), Map.of());
  }

  private void refused(String yaml, String message) {
    assertConfigError(() -> load(yaml), message);
  }

  private static void assertConfigError(ThrowingCallable load, String message) {
    assertThatThrownBy(load)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .message()
        .doesNotContain("\n");
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("mycelium.yaml"), yaml);
  }
}
