package io.mycelium.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.Manifest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The chart, the base, the overlays and what is rendered of them say the same, as far as that can
 * be seen without helm and kustomize; {@code .ci/manifests} has them.
 */
class ManifestsAgreeTest {
  private static final Path K8S = Path.of("k8s");
  private static final Pattern HASH = Pattern.compile("mycelium-[0-9a-z]{10}\\b");

  /** The files below an overlay's kustomization, its base's and its components'. */
  private static List<Path> resources(Path folder) {
    Manifest kustomization = Manifest.only(folder.resolve("kustomization.yaml"));
    List<Path> files = new ArrayList<>();
    Stream.of("resources", "components")
        .flatMap(key -> strings(kustomization.at(key)))
        .map(each -> folder.resolve(each).normalize())
        .forEach(
            each -> {
              if (Files.isDirectory(each)) {
                files.addAll(resources(each));
              } else {
                files.add(each);
              }
            });
    return files;
  }

  private static Stream<String> strings(Object list) {
    return list instanceof JsonArray array ? array.stream().map(String::valueOf) : Stream.empty();
  }

  private static List<Manifest> rendered(String overlay) {
    return Manifest.read(K8S.resolve("rendered").resolve(overlay + ".yaml"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "production"})
  void eachFileOfAnOverlayIsRenderedAsItIs(String overlay) {
    List<Manifest> rendered = rendered(overlay);
    List<Manifest> listed =
        resources(K8S.resolve("overlays").resolve(overlay)).stream()
            .flatMap(file -> Manifest.read(file).stream())
            .toList();
    for (Manifest each : listed) {
      Manifest found = Manifest.find(rendered, each.kind(), each.name());
      if (!each.kind().equals("Deployment")) {
        assertThat(found.json().getValue("spec")).isEqualTo(each.json().getValue("spec"));
        assertThat(found.at("metadata.labels")).isEqualTo(each.at("metadata.labels"));
      }
    }
    assertThat(rendered).hasSize(listed.size() + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "production"})
  void eachDeploymentIsTheBaseWithWhatItsPatchNames(String overlay) {
    Manifest base = Manifest.only(K8S.resolve("base/deployment.yaml"));
    Path folder = K8S.resolve("overlays").resolve(overlay);
    Manifest patch = Manifest.only(folder.resolve("deployment.yaml"));
    Manifest rendered = Manifest.find(rendered(overlay), "Deployment", "mycelium");
    Set<String> differences = new TreeSet<>();
    differences("", base.json(), rendered.json(), differences);
    Set<String> patched = new TreeSet<>();
    leaves("", patch.json(), patched);
    for (String difference : differences) {
      boolean isNamespace = difference.equals(".metadata.namespace");
      boolean isConfigName = difference.endsWith(".configMap.name");
      assertThat(patched)
          .as(overlay + " " + difference)
          .anyMatch(
              each ->
                  isNamespace
                      || isConfigName
                      || each.startsWith(difference)
                      || difference.startsWith(each));
    }
    assertThat(differences).isNotEmpty();
  }

  /** Paths at which two trees differ; members of a list are known by name. */
  private static void differences(String path, Object a, Object b, Set<String> to) {
    if (a instanceof JsonObject one && b instanceof JsonObject two) {
      Set<String> keys = new TreeSet<>(one.fieldNames());
      keys.addAll(two.fieldNames());
      keys.forEach(key -> differences(path + "." + key, one.getValue(key), two.getValue(key), to));
    } else if (a instanceof JsonArray one && b instanceof JsonArray two) {
      differences(path, named(one), named(two), to);
    } else if (a == null ? b != null : !a.equals(b)) {
      to.add(path);
    }
  }

  private static void leaves(String path, Object value, Set<String> to) {
    if (value instanceof JsonObject object) {
      object.fieldNames().forEach(key -> leaves(path + "." + key, object.getValue(key), to));
    } else if (value instanceof JsonArray array) {
      leaves(path, named(array), to);
    } else {
      to.add(path.replace(".$patch", ""));
    }
  }

  private static JsonObject named(JsonArray list) {
    JsonObject members = new JsonObject();
    for (int i = 0; i < list.size(); i++) {
      JsonObject object = list.getValue(i) instanceof JsonObject each ? each : new JsonObject();
      String name = object.getString("mountPath", object.getString("name", String.valueOf(i)));
      members.put(name, list.getValue(i));
    }
    return members;
  }

  @Test
  void chartHasTheKindsOfTheOverlaysAndTheirAlternatives() throws IOException {
    Set<String> inChart = new TreeSet<>();
    try (Stream<Path> files = Files.list(K8S.resolve("chart/templates"))) {
      for (Path file : files.toList()) {
        Pattern.compile("(?m)^kind: (\\w+)$")
            .matcher(Files.readString(file))
            .results()
            .forEach(found -> inChart.add(found.group(1)));
      }
    }
    Set<String> inOverlays =
        Stream.of("local", "production")
            .flatMap(each -> rendered(each).stream())
            .map(Manifest::kind)
            .collect(Collectors.toCollection(TreeSet::new));
    inOverlays.addAll(Set.of("ScaledObject", "Ingress"));
    // Helm makes no namespaces.
    inOverlays.remove("Namespace");
    assertThat(inChart).isEqualTo(inOverlays);
  }

  @Test
  void chartsValuesAreTheOverlaysFigures() {
    Manifest values = Manifest.only(K8S.resolve("chart/values.yaml"));
    Manifest more = Manifest.only(K8S.resolve("chart/values-production.yaml"));
    for (String overlay : List.of("local", "production")) {
      JsonObject all = values.json().copy();
      if (overlay.equals("production")) {
        all.mergeIn(more.json(), true);
      }
      Manifest merged = new Manifest(all);
      Manifest deployment = Manifest.find(rendered(overlay), "Deployment", "mycelium");
      int grace =
          Stream.of("preStopSleep", "drain", "margin")
              .mapToInt(each -> merged.number("shutdown." + each))
              .sum();
      String pod = "spec.template.spec.";
      assertThat(deployment.number(pod + "terminationGracePeriodSeconds")).isEqualTo(grace);
      assertThat(deployment.number(pod + "containers.mycelium.lifecycle.preStop.sleep.seconds"))
          .isEqualTo(merged.number("shutdown.preStopSleep"));
      assertThat(deployment.at(pod + "containers.mycelium.resources"))
          .isEqualTo(merged.at("resources"));
      String config = config(overlay);
      assertThat(config).contains("drain_timeout: " + merged.number("shutdown.drain") + "s\n");
      all.getJsonObject("config").stream()
          .flatMap(section -> ((JsonObject) section.getValue()).stream())
          .forEach(
              option ->
                  assertThat(config).contains(option.getKey() + ": " + option.getValue() + "\n"));
    }
  }

  private static String config(String overlay) {
    return rendered(overlay).stream()
        .filter(each -> each.kind().equals("ConfigMap"))
        .map(each -> each.json().getJsonObject("data").getString("mycelium.yaml"))
        .collect(Collectors.joining());
  }

  @Test
  void schemaHasEachValueAndNoOther() throws IOException {
    JsonObject schema = new JsonObject(Files.readString(K8S.resolve("chart/values.schema.json")));
    JsonObject values = Manifest.only(K8S.resolve("chart/values.yaml")).json();
    Set<String> inSchema = new TreeSet<>(schema.getJsonObject("properties").fieldNames());
    // Helm's own.
    inSchema.remove("global");
    assertThat(inSchema).isEqualTo(new TreeSet<>(values.fieldNames()));
    for (String key : values.fieldNames()) {
      JsonObject part = schema.getJsonObject("properties").getJsonObject(key);
      if (Boolean.FALSE.equals(part.getValue("additionalProperties"))) {
        assertThat(part.getJsonObject("properties").fieldNames())
            .as(key)
            .containsExactlyInAnyOrderElementsOf(values.getJsonObject(key).fieldNames());
      }
    }
  }

  @Test
  void sectionsOfTheConfigurationAreThoseThatTheSchemaTakes() throws IOException {
    JsonObject schema = new JsonObject(Files.readString(K8S.resolve("chart/values.schema.json")));
    JsonObject config = schema.getJsonObject("properties").getJsonObject("config");
    Set<String> sections =
        ConfigKeys.ALL.stream()
            .map(key -> key.substring(0, key.indexOf('.')))
            .collect(Collectors.toCollection(TreeSet::new));
    // The chart writes it.
    sections.remove("cluster");
    assertThat(config.getJsonObject("propertyNames").getJsonArray("enum").stream())
        .containsExactlyInAnyOrderElementsOf(sections);
    config.getJsonObject("properties").stream()
        .forEach(
            section ->
                ((JsonObject) section.getValue())
                    .getJsonObject("properties")
                    .fieldNames()
                    .forEach(
                        key -> assertThat(ConfigKeys.ALL).contains(section.getKey() + "." + key)));
  }

  @Test
  void pathsThatTheDocumentsNameAreThere() throws IOException {
    Pattern named = Pattern.compile("k8s/[A-Za-z0-9_./-]*[A-Za-z0-9]");
    List<Path> texts =
        Stream.of(
                "README.md",
                "CONTRIBUTING.md",
                "docs/access.md",
                "docs/conformance.md",
                "docs/kubernetes.md",
                ".ci/image",
                "k8s/chart/templates/horizontalpodautoscaler.yaml")
            .map(Path::of)
            .toList();
    for (Path text : texts) {
      assertThat(named.matcher(Files.readString(text)).results().map(MatchResult::group).distinct())
          .as(text.toString())
          .allSatisfy(path -> assertThat(Path.of(path)).exists());
    }
  }

  @Test
  void configMapIsNamedAfterItsContent() {
    for (String overlay : List.of("local", "production")) {
      assertThat(rendered(overlay).stream().filter(each -> each.kind().equals("ConfigMap")))
          .singleElement()
          .satisfies(each -> assertThat(each.name()).matches(HASH));
    }
  }
}
