package io.mycelium.cluster.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.cluster.checker.Audit.Term;
import io.mycelium.cluster.checker.Pauses.Pause;
import io.mycelium.testing.Figures;
import io.mycelium.testing.Quiet;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A cluster under random faults: {@code -Dmycelium.checker.seconds=3600} for an hour, {@code
 * -Dmycelium.checker.seed=N} for the same script again, {@code -Dmycelium.checker.kinds=KILL,ROLL}
 * for some kinds of faults only. Writes {@code target/checker}.
 */
@Quiet
@Timeout(value = 3, unit = TimeUnit.HOURS)
class CheckerIT {
  private static final long SECONDS = Long.getLong("mycelium.checker.seconds", 60);

  /** The builds' script has nine kinds of faults; a longer run has another one each time. */
  private static final long SEED =
      Long.getLong(
          "mycelium.checker.seed", SECONDS <= 60 ? 10_525_972 : System.nanoTime() & 0xffffff);

  private static final String KINDS = System.getProperty("mycelium.checker.kinds", "");
  private static final Path FOLDER = Path.of("target", "checker");
  private static final Duration START = Duration.ofSeconds(40);
  private static final int INSTANCES = 3;
  private static final int CLIENTS_OF_EACH = 4;
  private static final int PUSH_EVERY_MS = 120;
  private static final List<String> ROOMS = List.of("a", "b");

  @Test
  void noFaultLosesDoublesOrHidesAnEntry() throws IOException {
    Figures.log("checker: -Dmycelium.checker.seed=%d -Dmycelium.checker.seconds=%d", SEED, SECONDS);
    try (Cluster cluster = Cluster.start(true, List.of())) {
      List<Violation> violations;
      try {
        violations = run(cluster);
      } finally {
        cluster.writeLogs(FOLDER);
      }
      assertThat(violations).as("seed " + SEED).isEmpty();
    }
  }

  private static List<Violation> run(Cluster cluster) throws IOException {
    if (cluster.network() == null) {
      Figures.log("checker: no network namespaces here, so no partitions and no slow links");
    }
    Random random = new Random(SEED);
    List<String> instances = create(cluster);
    Ledger ledger = new Ledger();
    long offset = cluster.audit().clock() - ledger.now();
    try (Crowd crowd = new Crowd(cluster, ledger)) {
      for (String instance : instances) {
        for (int i = 0; i < CLIENTS_OF_EACH; i++) {
          Random own = new Random(random.nextLong());
          String name = instance + "-" + (char) ('a' + i);
          crowd.add(
              () ->
                  new ChatClient(
                      crowd, name, instance, ROOMS, own, () -> own.nextInt(Cluster.NODES)));
        }
      }
      assertThat(crowd.await(START, () -> joined(crowd))).isTrue();
      push(crowd, random);
      List<RoomKey> rooms =
          instances.stream().map(each -> new RoomKey(each, ROOMS.get(0))).toList();
      RestClient rest = new RestClient(cluster, ledger, rooms, new Random(random.nextLong()));
      rest.start();
      Faults faults = new Faults(cluster, ledger, instances, new Random(SEED));
      Script script = new Script(SEED, KINDS);
      while (ledger.now() < SECONDS * 1000) {
        faults.carryOut(script.next());
      }
      faults.healAll();
      Ending ending = new Ending(crowd);
      long healed = ending.heal(rooms, rest);
      Figures.log("checker: healed %d ms after the last fault", healed);
      crowd.stopPushing();
      rest.close();
      ending.compare();
      long end = ledger.now();
      crowd.end();
      write(cluster, ledger, offset, end);
    }
    return ledger.violations();
  }

  private static boolean joined(Crowd crowd) {
    return crowd.clients().stream().allMatch(ChatClient::isJoined);
  }

  /** One on each node; of each room one entry is there, so that its history has its name. */
  private static List<String> create(Cluster cluster) {
    List<String> instances = new ArrayList<>();
    for (int i = 0; i < INSTANCES; i++) {
      String id = "chat" + i;
      JsonObject spec =
          new JsonObject()
              .put("id", id)
              .put("type", "accumulative")
              .put("config", new JsonObject().put("durability", "sync"))
              .put("rooms", new JsonObject().put("a", new JsonObject()).put("b", new JsonObject()));
      cluster.create(i % Cluster.NODES, spec);
      for (String room : ROOMS) {
        String path = "/instances/" + id + "/rooms/" + room + "/messages";
        String first = "{\"payload\": {\"id\": \"first\"}, \"key\": \"first\"}";
        int node = i;
        assertThat(Crowd.until(START, () -> isTaken(cluster.request(node, "POST", path, first))))
            .isTrue();
      }
      instances.add(id);
    }
    return instances;
  }

  private static boolean isTaken(HttpResponse<String> answer) {
    return answer != null && answer.statusCode() < 300;
  }

  private static void push(Crowd crowd, Random random) {
    crowd.pushEvery(
        PUSH_EVERY_MS,
        client ->
            client.push(
                ROOMS.get(random.nextInt(ROOMS.size())),
                random.nextBoolean() ? Push.Kind.PLAIN : Push.Kind.ONCE));
  }

  private static void write(Cluster cluster, Ledger ledger, long offset, long end)
      throws IOException {
    Map<String, List<Pause>> pauses = Pauses.of(ledger.pushes(), end);
    List<Term> terms =
        cluster.audit().terms().stream()
            .map(
                each ->
                    new Term(
                        each.step(),
                        each.at() - offset,
                        each.instance(),
                        each.term(),
                        each.owner()))
            .toList();
    String heading = "seed %d, %d s".formatted(SEED, SECONDS);
    String report = new Report(ledger, pauses).text("Checker: " + heading);
    Figures.log("%s", report);
    Files.createDirectories(FOLDER);
    Files.writeString(FOLDER.resolve("report.txt"), report);
    Files.write(FOLDER.resolve("notes.txt"), ledger.notes());
    Files.writeString(
        FOLDER.resolve("timeline.svg"),
        new Timeline(end).draw("Three nodes under faults: " + heading, ledger, terms, pauses));
  }
}
