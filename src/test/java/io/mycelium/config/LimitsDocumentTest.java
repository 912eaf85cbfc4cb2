package io.mycelium.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.Mycelium;
import io.mycelium.access.TenantConfig;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/limits.md} has every limit, and what it says of each is so. */
class LimitsDocumentTest {
  private static final Pattern ANSWER = Pattern.compile("(closed )?(?:(\\d{3,4}) )?`([a-z_]+)`");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");

  /** Statuses of HTTP that have no reason of their own. */
  private static final Set<String> PLAIN_STATUSES = Set.of("408", "414", "431");

  private record Row(String limit, String key, String standard, String answer, String meter) {}

  private static List<Row> rows;

  @BeforeAll
  static void read() throws IOException {
    rows =
        Files.readAllLines(Path.of("docs", "limits.md")).stream()
            .filter(line -> line.startsWith("|"))
            .skip(2)
            .map(line -> line.split("\\|", -1))
            .map(
                cell ->
                    new Row(
                        cell[1].strip(),
                        cell[2].strip().replace("`", ""),
                        cell[3].strip(),
                        cell[4].strip(),
                        cell[5].strip()))
            .filter(row -> !row.key.isEmpty())
            .toList();
    assertThat(rows).hasSizeGreaterThan(40);
  }

  private static Map<String, String> options() throws IOException {
    Map<String, String> options = new HashMap<>();
    String section = "";
    for (String line : Files.readAllLines(ConfigLoader.DEFAULT_FILE)) {
      Matcher option = Pattern.compile("  (# )?([a-z_]+): (\\S+)").matcher(line);
      if (line.matches("[a-z_]+:")) {
        section = line.replace(":", ".");
      } else if (option.matches()) {
        options.put(section + option.group(2), option.group(1) == null ? option.group(3) : "–");
      }
    }
    return options;
  }

  @Test
  void eachKeyIsThereWithThatDefault() throws IOException {
    Map<String, String> options = options();
    String contract = Files.readString(Path.of("src", "main", "resources", "openapi.yaml"));
    Set<String> ofTenants =
        Arrays.stream(TenantConfig.class.getRecordComponents())
            .map(RecordComponent::getName)
            .map(ConfigKeys::snakeCase)
            .collect(Collectors.toSet());
    for (Row row : rows) {
      if (row.key.startsWith("config.")) {
        String schema = schema(row.key.substring(7), contract);
        if (!row.standard.equals("–")) {
          assertThat(schema).contains("default: " + row.standard + "\n");
        }
      } else if (row.key.startsWith("access.tenants.*.")) {
        assertThat(ofTenants).contains(row.key.substring(17));
      } else if (!row.key.equals("–")) {
        assertThat(options).containsEntry(row.key, row.standard);
      }
    }
  }

  /** What the contract says of a property of Config, where that stands. */
  private static String schema(String property, String contract) {
    String reference = property + ": \\{ \\$ref: '#/components/schemas/(\\w+)' }\n";
    Matcher elsewhere = Pattern.compile("\n        " + reference).matcher(contract);
    String name = elsewhere.find() ? "    " + elsewhere.group(1) : "        " + property;
    Matcher found =
        Pattern.compile("\n" + name + ":\n((?:" + name.replaceAll("\\S", "") + "  .*\n)+)")
            .matcher(contract);
    assertThat(found.find()).as(property).isTrue();
    return found.group(1);
  }

  @Test
  void eachLimitOfTheConfigurationIsThere() {
    Set<String> wanted =
        ConfigKeys.ALL.stream()
            .filter(
                key ->
                    key.matches("(limits|http|gateway)\\..*")
                        || key.contains(".max_") && !key.startsWith("access."))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(rows.stream().map(Row::key)).containsAll(wanted);
  }

  @Test
  void eachAnswerIsOneThatTheServerGives() {
    Map<String, Integer> closes =
        Arrays.stream(Disconnect.values())
            .collect(Collectors.toMap(Disconnect::reason, Disconnect::code));
    Map<String, Integer> errors =
        Arrays.stream(ErrorCode.values())
            .collect(Collectors.toMap(ErrorCode::reason, ErrorCode::httpStatus));
    for (Row row : rows) {
      Matcher answer = ANSWER.matcher(row.answer);
      while (answer.find()) {
        boolean closed = answer.group(1) != null;
        String code = answer.group(2);
        Map<String, Integer> known = closed ? closes : errors;
        assertThat(known).as(row.limit).containsKey(answer.group(3));
        if (code != null && !PLAIN_STATUSES.contains(code)) {
          assertThat(known.get(answer.group(3))).as(row.limit).isEqualTo(Integer.valueOf(code));
        }
      }
    }
  }

  @Test
  void eachMeterIsOneThatANodeHas(@TempDir Path folder) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("mycelium.yaml"),
            """
            web: {host: 127.0.0.1, port: 0}
            journal: {url: "jdbc:sqlite:FOLDER/m.db"}
            ops: {management_host: 127.0.0.1, management_port: 0}
            access: {mode: open}
            """
                .replace("FOLDER", folder.toString()));
    MyceliumConfig config = new ConfigLoader(Map.of()).load(file, Map.of());
    Mycelium node = TestNode.await(Mycelium.start(config, false));
    try {
      get(node.port(), "/api/v1/instances");
      String metrics = get(node.managementPort(), "/metrics");
      for (Row row : rows) {
        Stream<String> meters = CODE.matcher(row.meter).results().map(found -> found.group(1));
        assertThat(meters).as(row.limit).allMatch(metrics::contains);
        assertThat(row.meter.equals("–") || row.meter.startsWith("`mycelium_")).isTrue();
      }
    } finally {
      TestNode.await(node.close());
    }
  }

  private static String get(int port, String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }
}
