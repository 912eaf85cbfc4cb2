package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.config.ConfigLoader;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.testing.ServerProcess;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A secret is planted in each place that has one; nothing that a process prints, or serves to those
 * who do not have it, shows one. At the log level that says most.
 */
class SecretsTest {
  private static final String NODE = "planted-in-access.secret-0123456789abcdef";
  private static final String TENANT = "planted-in-a-tenant-0123456789abcdef";
  private static final String KEY = "planted-in-access.keys-0123456789abcdef";
  private static final String PASSWORD = "planted-in-journal.password";
  private static final String URL = "planted-in-a-url";

  private static final Map<String, String> ENVIRONMENT =
      Map.of(
          "MYCELIUM_ACCESS_MODE",
          "required",
          "MYCELIUM_ACCESS_SECRET",
          NODE,
          "MYCELIUM_ACCESS_KEYS",
          "[{\"id\":\"k\",\"algorithm\":\"HS256\",\"secret\":\"" + KEY + "\"}]",
          "MYCELIUM_ACCESS_TENANTS",
          "{\"acme\":{\"prefix\":\"acme-\",\"secret\":\"" + TENANT + "\"}}",
          "MYCELIUM_ACCESS_JWKS_URL",
          "http://127.0.0.1:1/keys?apikey=" + URL,
          "MYCELIUM_JOURNAL_PASSWORD",
          PASSWORD,
          "MYCELIUM_OPS_LOG_LEVEL",
          "trace");

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private final List<String> secrets = new ArrayList<>(List.of(NODE, TENANT, KEY, PASSWORD, URL));
  private final List<String> served = new ArrayList<>();
  private int port;

  @Test
  void whatAServerPrintsAndServesHasNone() throws Exception {
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.put("MYCELIUM_JOURNAL_URL", "jdbc:sqlite:" + folder.resolve("mycelium.db"));
    try (ServerProcess server = ServerProcess.start(environment)) {
      port = server.port();
      String claims = "{\"sub\":\"ada\",\"instances\":[\"*\"],\"scope\":\"admin console\"%s}";
      String good = token(NODE, "", claims.formatted(""));
      String foreign = token("another secret of thirty-two bytes", "", claims.formatted(""));
      String expired = token(NODE, "", claims.formatted(",\"exp\":1"));
      String unknownKid = token(NODE, ",\"kid\":\"nobody\"", claims.formatted(""));
      String tenants =
          token(TENANT, "", claims.formatted(",\"iss\":\"acme\"").replace("*", "acme-*"));
      String own = token(KEY, ",\"kid\":\"k\"", claims.formatted(""));

      assertThat(
              rest("POST", "/api/v1/instances", good, "{\"id\":\"x\",\"type\":\"accumulative\"}"))
          .isEqualTo(201);
      for (String token : List.of(good, foreign, expired, unknownKid, tenants, own, "a.b.c")) {
        for (String path :
            List.of("/api/v1/instances", "/api/v1/instances/x", "/api/v1/instances/nobody")) {
          rest("GET", path, token, null);
          rest("GET", path + "?token=" + token, null, null);
          rest("GET", path + "?access_token=" + token, token, null);
        }
        rest("POST", "/api/v1/instances", token, "{\"id\":");
        socket("/socket/x/websocket?vsn=2.0.0&token=" + token);
        socket("/socket/nobody/websocket?vsn=2.0.0&token=" + token);
        socket("/socket/x/websocket?vsn=9&token=" + token);
        String encoded = Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes());
        socket("/socket/x/websocket?vsn=2.0.0", "phoenix", "base64url.bearer.phx." + encoded);
        secrets.add(encoded);
        rest("GET", "/console", token, null);
      }
      for (String given : List.of(good, foreign, expired)) {
        form("/console/login", "token=" + given);
        rest("GET", "/console", given, null);
      }
      for (String page :
          List.of("/", "/docs/", "/console/", "/openapi.yaml", "/api/v1/types", "/health/ready")) {
        rest("GET", page, null, null);
      }
      for (String path : List.of("", "/stats", "/restarts", "/export", "/rooms/lobby/entries")) {
        rest("GET", "/api/v1/instances/x" + path, good, null);
      }
      port = management(server.log());
      rest("GET", "/metrics", null, null);
      rest("GET", "/health/ready", null, null);

      server.stopAndRestart();
      assertThat(served).hasSizeGreaterThan(100);
      for (String secret : secrets) {
        assertThat(server.log().lines().filter(line -> line.contains(secret))).isEmpty();
        assertThat(served.stream().filter(text -> text.contains(secret))).isEmpty();
      }
    }
  }

  private static int management(String log) {
    Matcher at = Pattern.compile("management http://localhost:(\\d+)/").matcher(log);
    assertThat(at.find()).isTrue();
    return Integer.parseInt(at.group(1));
  }

  /** Its signature, and the whole, must be seen nowhere. */
  private String token(String secret, String header, String claims) throws Exception {
    String head =
        base64("{\"alg\":\"HS256\",\"typ\":\"JWT\"" + header + "}") + "." + base64(claims);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    byte[] signature = mac.doFinal(head.getBytes(StandardCharsets.US_ASCII));
    String text = Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
    secrets.add(text);
    return head + "." + text;
  }

  private static String base64(String json) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(json.getBytes(StandardCharsets.UTF_8));
  }

  private int rest(String method, String path, String token, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/json")
            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return send(request.build());
  }

  private void form(String path, String body) throws Exception {
    send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(body))
            .build());
  }

  private int send(HttpRequest request) throws Exception {
    HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
    Map<String, List<String>> headers = new HashMap<>(response.headers().map());
    // The session is its token, for the browser that brought it.
    headers.remove("set-cookie");
    served.add(headers + "\n" + response.body());
    return response.statusCode();
  }

  /** Opened or refused; where it is opened, a message goes in that is none, and a token. */
  private void socket(String path, String... protocols) {
    WebSocket.Builder builder = http.newWebSocketBuilder();
    if (protocols.length > 0) {
      builder.subprotocols(protocols[0], protocols[1]);
    }
    try {
      WebSocket socket =
          builder
              .buildAsync(
                  URI.create("ws://127.0.0.1:" + port + path),
                  new WebSocket.Listener() {
                    @Override
                    public CompletionStage<?> onText(
                        WebSocket from, CharSequence data, boolean last) {
                      synchronized (served) {
                        served.add(data.toString());
                      }
                      return WebSocket.Listener.super.onText(from, data, last);
                    }
                  })
              .join();
      socket.sendText("[\"1\",\"1\",\"lobby\",\"phx_join\",{}]", true).join();
      socket
          .sendText(
              "[\"1\",\"2\",\"lobby\",\"access_token\",{\"access_token\":\"a.b." + NODE + "\"}]",
              true)
          .join();
      socket.sendText("no message, " + NODE, true).join();
    } catch (CompletionException e) {
      served.add(String.valueOf(e.getCause()));
    }
  }

  @Test
  void aStartThatFailsTellsNone() throws Exception {
    String postgres = "jdbc:postgresql://127.0.0.1:1/db?connectTimeout=1&password=" + URL;
    for (Map<String, String> wrong :
        List.of(
            Map.of("MYCELIUM_JOURNAL_URL", postgres),
            Map.of("MYCELIUM_JOURNAL_URL", "postgresql://u:" + URL + "@127.0.0.1:1/db"),
            Map.of("MYCELIUM_JOURNAL_URL", "jdbc:postgresql://u:" + URL + "@127.0.0.1:1/db"),
            Map.of("MYCELIUM_ACCESS_TENANTS", "{\"acme\":{\"secret\":\"" + TENANT + "\""),
            Map.of("MYCELIUM_ACCESS_TENANTS", "{\"acme\":\"" + TENANT + "\"}"),
            Map.of("MYCELIUM_ACCESS_TENANTS", "{\"a\":{\"secret\":\"" + TENANT + "\",\"x\":1}}"),
            Map.of("MYCELIUM_ACCESS_KEYS", "[\"" + KEY + "\"]"),
            Map.of("MYCELIUM_ACCESS_KEYS", "[{\"secret\":{\"s\":\"" + KEY + "\"}}]"),
            Map.of("MYCELIUM_ACCESS_SECRET", NODE.substring(0, 31)),
            Map.of("MYCELIUM_ACCESS_SECRETT", NODE))) {
      assertTellsNone(wrong, "serve", "--port", "0");
    }
  }

  @Test
  void aFileThatCannotBeReadIsNotRepeated() throws Exception {
    for (String yaml :
        List.of(
            "access:\n  secret: \"" + NODE + "\n",
            "access:\n  secret: [" + NODE + "]\n",
            "access:\n  secret: *" + NODE + "\n",
            "access:\n  secret: @" + NODE + "\n",
            "access: " + NODE + "\n",
            "access: [" + NODE + "]\n",
            "journal:\n  password: {p: " + PASSWORD + "}\n",
            "journal:\n  password: a: " + PASSWORD + "\n",
            "journal:\n  url: [" + URL + "]\n",
            "access:\n\tsecret: " + NODE + "\n",
            "access:\n  tenants:\n    acme: " + TENANT + "\n")) {
      Path file = Files.writeString(folder.resolve("mycelium.yaml"), yaml);
      assertTellsNone(Map.of(), "config", "check", "--config", file.toString());
    }
  }

  /** The command fails, with words. */
  private void assertTellsNone(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        ServerProcess.command(
            List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            System.getProperty("java.class.path"),
            List.of(arguments));
    if (arguments[0].equals("serve")) {
      builder.environment().putAll(ENVIRONMENT);
      builder.environment().put("MYCELIUM_JOURNAL_URL", "memory:");
    }
    builder.environment().put("MYCELIUM_WEB_HOST", "127.0.0.1");
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestNode.PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isNotZero();
    assertThat(output).contains("mycelium:");
    for (String secret : secrets) {
      assertThat(output).doesNotContain(secret, secret.substring(0, 16));
    }
  }

  @Test
  void theTextOfAConfigurationHasNone() {
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.put("MYCELIUM_JOURNAL_URL", "jdbc:postgresql://h/db?password=" + URL);
    MyceliumConfig config = new ConfigLoader(environment).load(null, Map.of());
    String texts =
        config
            + " "
            + config.access().keySource()
            + config.access().tenantKeySources()
            + config.access().keySource().configured()
            + config.access().tenants();
    assertThat(secrets).noneMatch(texts::contains);
  }
}
