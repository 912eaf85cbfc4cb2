package io.mycelium.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.ops.OpsConfig;
import io.mycelium.testing.Manifest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code k8s} says fits the server. Reads {@code k8s/rendered}, which kustomize makes of the
 * overlays: {@code .ci/manifests} checks that it is so, and that the chart says the same.
 */
class ManifestsTest {
  private static final Path RENDERED = Path.of("k8s", "rendered");
  private static final String POD = "spec.template.spec.";
  private static final String CONTAINER = POD + "containers.mycelium.";
  private static final String LABELS = "spec.template.metadata.labels";

  @TempDir private Path folder;

  private static List<Manifest> overlay(String name) {
    return Manifest.read(RENDERED.resolve(name + ".yaml"));
  }

  private static Manifest deployment(String overlay) {
    return Manifest.find(overlay(overlay), "Deployment", "mycelium");
  }

  /** As the pod would read it: its file, its variables, and what the Secrets may hold. */
  private MyceliumConfig config(String overlay) throws IOException {
    Manifest deployment = deployment(overlay);
    Object map = deployment.at(POD + "volumes.config.configMap.name");
    JsonObject data =
        (JsonObject) Manifest.find(overlay(overlay), "ConfigMap", (String) map).at("data");
    Path file = Files.writeString(folder.resolve("mycelium.yaml"), data.getString("mycelium.yaml"));
    return new ConfigLoader(environment(deployment)).load(file, Map.of());
  }

  private static Map<String, String> environment(Manifest deployment) {
    Map<String, String> examples =
        Map.of(
            "secret", "s".repeat(48),
            "url", "jdbc:postgresql://db.example.com/mycelium",
            "user", "mycelium",
            "password", "p",
            "status.podIP", "10.1.2.3");
    Map<String, String> environment = new HashMap<>();
    deployment
        .list(CONTAINER + "env")
        .filter(each -> each.at("valueFrom.resourceFieldRef") == null)
        .forEach(
            each -> {
              Object key = each.at("valueFrom.secretKeyRef.key");
              Object field = key == null ? each.at("valueFrom.fieldRef.fieldPath") : key;
              Object value = field == null ? each.at("value") : examples.get((String) field);
              environment.put(String.valueOf(each.at("name")), (String) value);
            });
    return environment;
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "production"})
  void serverTakesItsFileAndItsVariables(String overlay) throws IOException {
    MyceliumConfig config = config(overlay);
    boolean several = overlay.equals("production");
    assertThat(config.cluster().enabled()).isEqualTo(several);
    assertThat(config.journal().kind()).isEqualTo(several ? "postgresql" : "sqlite");
    assertThat(config.ops().logFormat()).isEqualTo("json");
    assertThat(config.access().needsSecretFile()).isFalse();
    for (String name : environment(deployment(overlay)).keySet()) {
      if (name.startsWith("MYCELIUM_")) {
        assertThat(ConfigKeys.ALL.stream().map(ConfigKeys::variable)).contains(name);
      }
    }
    assertThat(deployment(overlay).at(POD + "enableServiceLinks")).isEqualTo(false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "production"})
  void portsAreTheServers(String overlay) throws IOException {
    MyceliumConfig config = config(overlay);
    Map<String, Integer> wanted = new HashMap<>();
    wanted.put("http", config.web().port());
    wanted.put("management", config.ops().managementPort());
    if (config.cluster().enabled()) {
      wanted.put("bus", config.cluster().port());
      wanted.put("engine", config.cluster().port() + 1);
    }
    assertThat(ports(deployment(overlay))).isEqualTo(wanted);
    List<Manifest> services = overlay(overlay).stream().filter(is("Service")).toList();
    assertThat(services).isNotEmpty();
    for (Manifest service : services) {
      service
          .list("spec.ports")
          .forEach(
              port -> {
                assertThat(wanted)
                    .containsEntry((String) port.at("targetPort"), port.number("port"));
                assertThat(port.at("appProtocol")).as(service.name()).isNotNull();
              });
      assertThat(service.at("spec.selector")).isEqualTo(deployment(overlay).at(LABELS));
    }
    Manifest main = Manifest.find(services, "Service", "mycelium");
    assertThat(main.list("spec.ports").map(port -> port.at("name"))).containsExactly("http");
  }

  private static Map<String, Integer> ports(Manifest deployment) {
    return deployment
        .list(CONTAINER + "ports")
        .collect(
            Collectors.toMap(
                port -> (String) port.at("name"), port -> port.number("containerPort")));
  }

  private static Predicate<Manifest> is(String kind) {
    return each -> each.kind().equals(kind);
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "production"})
  void drainEndsBeforeThePodIsKilled(String overlay) throws IOException {
    OpsConfig ops = config(overlay).ops();
    Manifest deployment = deployment(overlay);
    int grace = deployment.number(POD + "terminationGracePeriodSeconds");
    int sleep = deployment.number(CONTAINER + "lifecycle.preStop.sleep.seconds");
    assertThat(grace - sleep - ops.drainTimeout().toSeconds()).isGreaterThanOrEqualTo(5);
  }

  @Test
  void clientsOfAPodThatGoesAreBackBeforeTheNextGoes() throws IOException {
    MyceliumConfig config = config("production");
    OpsConfig ops = config.ops();
    Manifest deployment = deployment("production");
    assertThat(deployment.number(POD + "terminationGracePeriodSeconds")).isGreaterThanOrEqualTo(60);
    assertThat(deployment.number(CONTAINER + "lifecycle.preStop.sleep.seconds")).isPositive();
    assertThat(deployment.at("spec.strategy.type")).isEqualTo("RollingUpdate");
    assertThat(deployment.at("spec.strategy.rollingUpdate.maxUnavailable")).isEqualTo(0);
    assertThat(deployment.number("spec.strategy.rollingUpdate.maxSurge")).isPositive();
    assertThat(deployment.number("spec.minReadySeconds"))
        .isGreaterThan((int) ops.reconnectSpread().toSeconds());
    // One event loop could have all sockets.
    long batches = config.web().maxConnections() / ops.drainBatch();
    assertThat(ops.drainInterval().multipliedBy(batches)).isLessThan(ops.drainTimeout());
    Manifest budget = Manifest.find(overlay("production"), "PodDisruptionBudget", "mycelium");
    assertThat(budget.number("spec.maxUnavailable")).isEqualTo(1);
    assertThat(budget.at("spec.selector.matchLabels")).isEqualTo(deployment.at(LABELS));
  }

  @Test
  void oneNodeEndsBeforeTheNextOpensItsFile() throws IOException {
    assertThat(deployment("local").at("spec.strategy.type")).isEqualTo("Recreate");
    assertThat(deployment("local").number("spec.replicas")).isEqualTo(1);
    assertThat(deployment("local").at(POD + "volumes.data.persistentVolumeClaim.claimName"))
        .isEqualTo("mycelium-data");
    assertThat(config("local").journal().url()).isEqualTo("jdbc:sqlite:data/mycelium.db");
    assertThat(Files.readString(Path.of("Dockerfile"))).contains("\nWORKDIR /mycelium\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "production"})
  void livenessNeverAsksWhatReadinessAsks(String overlay) {
    Manifest deployment = deployment(overlay);
    for (String probe : List.of("startup", "liveness", "readiness")) {
      String at = CONTAINER + probe + "Probe.httpGet.";
      boolean ready = probe.equals("readiness");
      assertThat(deployment.at(at + "path")).isEqualTo(ready ? "/health/ready" : "/health/live");
      assertThat(deployment.at(at + "port")).isEqualTo("management");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "production"})
  void podIsRestricted(String overlay) throws IOException {
    Manifest deployment = deployment(overlay);
    assertThat(deployment.at(POD + "securityContext.runAsNonRoot")).isEqualTo(true);
    int user = deployment.number(POD + "securityContext.runAsUser");
    assertThat(Files.readString(Path.of("Dockerfile"))).contains("\nUSER " + user + "\n");
    assertThat(deployment.at(POD + "securityContext.seccompProfile.type"))
        .isEqualTo("RuntimeDefault");
    String container = CONTAINER + "securityContext.";
    assertThat(deployment.at(container + "allowPrivilegeEscalation")).isEqualTo(false);
    assertThat(deployment.at(container + "readOnlyRootFilesystem")).isEqualTo(true);
    assertThat(deployment.at(container + "capabilities.drop"))
        .isEqualTo(new JsonArray().add("ALL"));
    assertThat(deployment.at(POD + "automountServiceAccountToken")).isEqualTo(false);
    assertThat(deployment.at(CONTAINER + "resources.limits.cpu")).isNull();
  }

  @Test
  void nodesFindEachOtherAndShowACertificate() throws IOException {
    MyceliumConfig config = config("production");
    List<Manifest> all = overlay("production");
    Manifest nodes = Manifest.find(all, "Service", config.cluster().dns());
    assertThat(nodes.at("spec.clusterIP")).isEqualTo("None");
    assertThat(nodes.at("spec.publishNotReadyAddresses")).isEqualTo(true);
    assertThat(config.cluster().host()).isEqualTo("10.1.2.3");
    Manifest deployment = deployment("production");
    Manifest certificate = Manifest.find(all, "Certificate", "mycelium-bus");
    Object secret = deployment.at(POD + "volumes.bus.secret.secretName");
    assertThat(certificate.at("spec.secretName")).isEqualTo(secret);
    String mount = (String) deployment.at(CONTAINER + "volumeMounts.bus.mountPath");
    // As cert-manager names them.
    assertThat(config.cluster().tlsCertificate()).isEqualTo(mount + "/tls.crt");
    assertThat(config.cluster().tlsKey()).isEqualTo(mount + "/tls.key");
    assertThat(config.cluster().tlsCa()).isEqualTo(mount + "/ca.crt");
  }

  @Test
  void networkPolicyHasEveryPortAndTheEnginesForNodesOnly() {
    Manifest policy = Manifest.find(overlay("production"), "NetworkPolicy", "mycelium");
    Manifest deployment = deployment("production");
    Object nodes = deployment.at(LABELS);
    Set<String> open = new HashSet<>();
    policy
        .list("spec.ingress")
        .forEach(
            rule ->
                rule.list("ports")
                    .map(port -> (String) port.at("port"))
                    .forEach(
                        port -> {
                          open.add(port);
                          if (Set.of("bus", "engine").contains(port)) {
                            assertThat(rule.list("from")).hasSize(1);
                            assertThat(rule.at("from.0.podSelector.matchLabels")).isEqualTo(nodes);
                            assertThat(rule.at("from.0.namespaceSelector")).isNull();
                          }
                        }));
    assertThat(open).isEqualTo(ports(deployment).keySet());
    assertThat(policy.at("spec.podSelector.matchLabels")).isEqualTo(nodes);
    assertThat(policy.at("spec.policyTypes"))
        .isEqualTo(new JsonArray().add("Ingress").add("Egress"));
  }

  @Test
  void autoscalersLeaveRoomForThePodsThatGo() throws IOException {
    int room = config("production").web().maxConnections();
    Manifest deployment = deployment("production");
    assertThat(deployment.at("spec.replicas")).as("the autoscaler's").isNull();
    Manifest scaler = Manifest.find(overlay("production"), "HorizontalPodAutoscaler", "mycelium");
    Manifest keda = Manifest.only(Path.of("k8s", "components", "keda", "scaledobject.yaml"));
    assertThat(scaler.at("spec.scaleTargetRef.name")).isEqualTo("mycelium");
    assertThat(keda.at("spec.scaleTargetRef.name")).isEqualTo("mycelium");
    assertThat(scaler.number("spec.minReplicas")).isEqualTo(3);
    assertThat(keda.number("spec.minReplicaCount")).isEqualTo(3);
    assertThat(keda.at("spec.maxReplicaCount")).isEqualTo(scaler.at("spec.maxReplicas"));
    String connections = (String) scaler.at("spec.metrics.1.pods.target.averageValue");
    assertThat(keda.at("spec.triggers.1.metadata.threshold")).isEqualTo(connections);
    // Two pods carry what three had.
    assertThat(Integer.parseInt(connections) * 3 / 2).isLessThan(room);
  }

  @Test
  void waysInHaveNoTimeOutsAndEndAtTheMainPort() {
    Manifest route = Manifest.find(overlay("production"), "HTTPRoute", "mycelium");
    Manifest service = Manifest.find(overlay("production"), "Service", "mycelium");
    assertThat(route.at("spec.rules.0.backendRefs.mycelium.port"))
        .isEqualTo(service.at("spec.ports.http.port"));
    assertThat(route.at("spec.rules.0.timeouts.request")).isEqualTo("0s");
    assertThat(route.at("spec.rules.0.timeouts.backendRequest")).isEqualTo("0s");
    Manifest ingress = Manifest.only(Path.of("k8s", "components", "ingress", "ingress.yaml"));
    String backend = "spec.rules.0.http.paths.0.backend.service.";
    assertThat(ingress.at(backend + "name")).isEqualTo("mycelium");
    assertThat(ingress.at(backend + "port.name")).isEqualTo("http");
  }

  @Test
  void memoryHoldsTheHeapAndWhatSlowSocketsMayTake() throws IOException {
    String entryPoint = Files.readString(Path.of("Dockerfile"));
    assertThat(entryPoint).contains("-XX:MaxRAMPercentage=60");
    for (String overlay : List.of("local", "production")) {
      String limit = (String) deployment(overlay).at(CONTAINER + "resources.limits.memory");
      long bytes = Long.parseLong(limit.replace("Gi", "")) << 30;
      // The other 15 % are for threads, code and the kernel's buffers.
      assertThat(config(overlay).socket().maxWaitingBytes()).isLessThanOrEqualTo(bytes / 4);
    }
  }

  @Test
  void aPodOfTheClusterStartsAsTheImageDoesButWithTheClustersCache() throws IOException {
    String dockerfile = Files.readString(Path.of("Dockerfile"));
    Matcher entryPoint = Pattern.compile("(?m)^ENTRYPOINT (.*)$").matcher(dockerfile);
    assertThat(entryPoint.find()).isTrue();
    String lone = "-XX:AOTCache=mycelium.aot";
    assertThat(new JsonArray(entryPoint.group(1))).contains(lone);
    assertThat(deployment("local").at(CONTAINER + "command")).isNull();
    assertThat(deployment("production").at(CONTAINER + "command"))
        .isEqualTo(
            new JsonArray(entryPoint.group(1).replace(lone, "-XX:AOTCache=mycelium-cluster.aot")));
    assertThat(dockerfile)
        .contains(" ./aot-cache mycelium.aot", " ./aot-cache mycelium-cluster.aot");
  }

  @Test
  void jvmCountsTheCoresThatThePodAskedFor() {
    for (String overlay : List.of("local", "production")) {
      List<Object> names =
          deployment(overlay).list(CONTAINER + "env").map(each -> each.at("name")).toList();
      // A variable is replaced only by those before it.
      assertThat(names.indexOf("CPU_REQUEST")).isBetween(0, names.indexOf("JDK_JAVA_OPTIONS"));
    }
  }

  @Test
  void everyImageIsTheOneToBeSet() {
    Stream.of("local", "production")
        .map(ManifestsTest::deployment)
        .forEach(each -> assertThat(each.at(CONTAINER + "image")).isEqualTo("mycelium:latest"));
  }
}
