package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.Mycelium;
import io.mycelium.config.ConfigLoader;
import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.FreePorts;
import io.mycelium.testing.Manifest;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code k8s/monitoring} and the probes ask for, a real node of a cluster has. */
class MonitoringTest {
  private static final Path MONITORING = Path.of("k8s", "monitoring");

  /** A name that is no function: nothing opens a bracket behind it. */
  private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]*(?![a-z0-9_]*\\s*\\()");

  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"$]+)\"");
  private static final Pattern MATCHERS = Pattern.compile("\\{[^}]*}");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

  private static Mycelium node;
  private static String metrics;

  @BeforeAll
  static void scrape(@TempDir Path folder) throws Exception {
    int port = FreePorts.two();
    Path file =
        Files.writeString(
            folder.resolve("mycelium.yaml"),
            """
            web: {host: 127.0.0.1, port: 0}
            journal: {url: "%s"}
            ops: {management_host: 127.0.0.1, management_port: 0}
            access: {secret: "0123456789012345678901234567890123456789"}
            cluster: {enabled: true, port: %d, members: ["127.0.0.1:%d"]}
            """
                .formatted(Postgres.shared().newDatabase(), port, port));
    node = TestNode.await(Mycelium.start(new ConfigLoader(Map.of()).load(file, Map.of()), false));
    get(node.port(), "/api/v1/instances");
    // A pause has no figure before the first.
    System.gc();
    metrics = get(node.managementPort(), "/metrics").body();
  }

  @AfterAll
  static void stop() {
    if (node != null) {
      TestNode.await(node.close());
    }
  }

  private static HttpResponse<String> get(int port, String path)
      throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }

  /** Names of series in an expression, with the labels that each must have: {@code name{a="b"}}. */
  private static List<String> series(String expression) {
    List<String> found = new ArrayList<>();
    String text =
        expression
            .replaceAll("\\b(by|on|group_left|ignoring)\\s*\\([^)]*\\)", " ")
            .replaceAll("\\[[^]]*]", " ");
    Pattern one = Pattern.compile(NAME.pattern() + "(\\{[^}]*})?");
    String bare = MATCHERS.matcher(text).replaceAll(match -> "\\" + "{" + kept(match) + "}");
    one.matcher(bare)
        .results()
        .map(MatchResult::group)
        .filter(each -> isSeries(each))
        .forEach(found::add);
    return found;
  }

  private static boolean isSeries(String name) {
    return !WORDS.contains(name) && name.contains("_");
  }

  /** Of labels that the scraped text has itself: namespace and pod come from Prometheus. */
  private static String kept(MatchResult matchers) {
    return String.join(
        ",",
        LABEL
            .matcher(matchers.group())
            .results()
            .filter(label -> !Set.of("namespace", "pod").contains(label.group(1)))
            .map(MatchResult::group)
            .toList());
  }

  private static void assertScraped(String where, String expression) {
    List<String> wanted = series(expression);
    assertThat(wanted).as(where + " " + expression).isNotEmpty();
    for (String each : wanted) {
      String name = each.replaceFirst("\\{.*", "");
      List<String> labels = LABEL.matcher(each).results().map(MatchResult::group).toList();
      assertThat(metrics.lines())
          .as(where + " asks for " + each)
          .anyMatch(
              line ->
                  line.matches(Pattern.quote(name) + "[{ ].*")
                      && labels.stream().allMatch(line::contains));
    }
  }

  @Test
  void everyAlertAsksForWhatIsScraped() {
    List<Manifest> rules =
        Manifest.only(MONITORING.resolve("alerts.yaml")).list("groups.0.rules").toList();
    assertThat(rules).hasSizeGreaterThan(10);
    for (Manifest rule : rules) {
      assertScraped((String) rule.at("alert"), (String) rule.at("expr"));
      assertThat(rule.at("labels.severity")).isIn("critical", "warning", "info");
      assertThat(rule.at("annotations.summary")).isNotNull();
      assertThat(rule.at("annotations.description")).isNotNull();
    }
    assertThat(rules.stream().map(rule -> rule.at("alert"))).doesNotHaveDuplicates();
  }

  @Test
  void operatorsRulesAreThePlainOnes() {
    Object plain = Manifest.only(MONITORING.resolve("alerts.yaml")).at("groups");
    assertThat(Manifest.only(MONITORING.resolve("prometheusrule.yaml")).at("spec.groups"))
        .isEqualTo(plain);
  }

  @Test
  void everyPanelAsksForWhatIsScraped() throws IOException {
    JsonObject dashboard = new JsonObject(Files.readString(MONITORING.resolve("dashboard.json")));
    Set<String> titles = new TreeSet<>();
    int asked = 0;
    for (Object panel : dashboard.getJsonArray("panels")) {
      JsonObject each = (JsonObject) panel;
      assertThat(titles.add(each.getString("title"))).as(each.getString("title")).isTrue();
      for (Object target : each.getJsonArray("targets", new JsonArray())) {
        assertScraped(each.getString("title"), ((JsonObject) target).getString("expr"));
        asked++;
      }
    }
    assertThat(asked).isGreaterThan(30);
    JsonArray variables = dashboard.getJsonObject("templating").getJsonArray("list");
    for (int i = 1; i < variables.size(); i++) {
      String query = variables.getJsonObject(i).getJsonObject("query").getString("query");
      assertScraped("variable", query.replaceAll("label_values\\((.*), \\w+\\)", "$1"));
    }
    assertScraped(
        "annotation",
        dashboard
            .getJsonObject("annotations")
            .getJsonArray("list")
            .getJsonObject(0)
            .getString("expr"));
  }

  @Test
  void autoscalersAskForWhatIsScraped() {
    Manifest adapter = Manifest.only(MONITORING.resolve("prometheus-adapter.yaml"));
    assertScraped("adapter", (String) adapter.at("rules.custom.0.seriesQuery"));
    Path components = Path.of("k8s", "components");
    Manifest hpa = Manifest.only(components.resolve("hpa/horizontalpodautoscaler.yaml"));
    assertThat(hpa.at("spec.metrics.1.pods.metric.name"))
        .isEqualTo(adapter.at("rules.custom.0.name.matches"));
    Manifest keda = Manifest.only(components.resolve("keda/scaledobject.yaml"));
    assertScraped("keda", (String) keda.at("spec.triggers.1.metadata.query"));
  }

  @Test
  void probesAndScrapesAreAnswered() throws Exception {
    Manifest deployment = Manifest.only(Path.of("k8s", "base", "deployment.yaml"));
    Manifest monitor = Manifest.only(Path.of("k8s", "components", "podmonitor", "podmonitor.yaml"));
    List<String> paths =
        Stream.concat(
                Stream.of("startup", "readiness", "liveness")
                    .map(each -> "spec.template.spec.containers.0." + each + "Probe.httpGet")
                    .peek(
                        probe -> assertThat(deployment.at(probe + ".port")).isEqualTo("management"))
                    .map(probe -> (String) deployment.at(probe + ".path")),
                Stream.of((String) monitor.at("spec.podMetricsEndpoints.0.path")))
            .toList();
    assertThat(monitor.at("spec.podMetricsEndpoints.0.port")).isEqualTo("management");
    for (String path : paths) {
      assertThat(get(node.managementPort(), path).statusCode()).as(path).isEqualTo(200);
    }
  }
}
