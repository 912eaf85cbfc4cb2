package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Audit.Kept;
import io.mycelium.cluster.checker.Violation.Rule;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * After the last fault is healed: every node has to work for every instance, clients get their
 * answers and all entries, and then everything is compared.
 */
final class Ending {
  private static final Duration HEAL = Duration.ofSeconds(30);
  private static final Duration SETTLE = Duration.ofSeconds(40);
  private static final Duration CATCH_UP = Duration.ofSeconds(20);
  private static final int NEWEST = 50;

  private final Crowd crowd;
  private final Ledger ledger;
  private final Cluster cluster;

  Ending(Crowd crowd) {
    this.crowd = crowd;
    this.ledger = crowd.ledger();
    this.cluster = crowd.cluster();
  }

  /** Nobody pushes any more but what was asked for before. */
  void compare() {
    if (!crowd.await(SETTLE, () -> crowd.clients().stream().allMatch(ChatClient::isSettled))) {
      List<String> open =
          crowd.on(
              () ->
                  crowd.clients().stream()
                      .filter(client -> !client.isSettled())
                      .map(client -> client.name() + " (" + client.unanswered() + ")")
                      .toList());
      ledger.violated(Rule.ANSWERED, "after " + SETTLE + " there wait " + open);
    }
    Map<RoomKey, Long> last = new TreeMap<>();
    cluster.audit().journal().forEach(entry -> last.merge(entry.room(), entry.seq(), Math::max));
    crowd.await(CATCH_UP, () -> views().stream().allMatch(view -> hasAll(view, last)));
    // A push in doubt may have been applied meanwhile.
    List<Kept> journal = cluster.audit().journal();
    Verdict verdict = new Verdict(ledger, journal);
    crowd.on(
        () -> {
          verdict.pushes();
          verdict.orderOfAcks();
          verdict.views(views());
          return null;
        });
    verdict.journal();
    verdict.owners(cluster.audit().terms(), cluster.audit().writes());
    Map<RoomKey, List<Kept>> rooms = journal.stream().collect(Collectors.groupingBy(Kept::room));
    rooms.forEach(this::tellsEverywhere);
  }

  private static boolean hasAll(View view, Map<RoomKey, Long> last) {
    return view.seq() >= last.getOrDefault(view.room(), 0L);
  }

  private Collection<View> views() {
    return crowd.clients().stream().flatMap(client -> client.views().stream()).toList();
  }

  private void tellsEverywhere(RoomKey room, List<Kept> entries) {
    long after = Math.max(0, entries.size() - NEWEST);
    List<String> expected =
        entries.stream().filter(each -> each.seq() > after).map(Kept::id).toList();
    for (int node = 0; node < Cluster.NODES; node++) {
      String path =
          "/instances/%s/rooms/%s/entries?after=%d&limit=%d"
              .formatted(room.instance(), room.room(), after, NEWEST);
      HttpResponse<String> answer = cluster.request(node, "GET", path, null);
      List<String> told =
          answer == null || answer.statusCode() != 200 ? List.of() : ids(answer.body());
      if (!told.equals(expected)) {
        ledger.violated(
            Rule.SAME_EVERYWHERE,
            "%s of %s: %s"
                .formatted(room, Cluster.name(node), answer == null ? "none" : answer.body()));
      }
    }
  }

  private static List<String> ids(String page) {
    return new JsonObject(page)
        .getJsonArray("entries").stream()
            .map(each -> ((JsonObject) each).getJsonObject("payload").getString("id"))
            .toList();
  }

  /**
   * Sends a push for each instance to each node, with a key, until it is taken.
   *
   * @return milliseconds until the last one was
   */
  long heal(Collection<RoomKey> rooms, RestClient rest) {
    long began = ledger.now();
    for (RoomKey room : rooms) {
      for (int node = 0; node < Cluster.NODES; node++) {
        heal(room, node, rest);
      }
    }
    return ledger.now() - began;
  }

  private void heal(RoomKey room, int node, RestClient rest) {
    Push push = rest.push("healed-" + room.instance() + "-" + node, room);
    boolean healed = Crowd.until(HEAL, () -> rest.isTaken(push, node));
    if (!healed) {
      ledger.violated(
          Rule.HEALED, Cluster.name(node) + " took no push for " + room + " within " + HEAL);
    }
  }
}
