package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Push.Outcome;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;

/**
 * Faults at just the moment that matters, each step once the one before is seen to have happened.
 */
final class Directed implements AutoCloseable {
  private static final List<String> ROOMS = List.of("a", "b");
  private static final int ROUNDS = 5;
  private static final int TOGETHER = 40;
  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Cluster cluster;
  private final Ledger ledger = new Ledger();
  private final Crowd crowd;

  Directed(Cluster cluster) {
    this.cluster = cluster;
    this.crowd = new Crowd(cluster, ledger);
  }

  Ledger ledger() {
    return ledger;
  }

  private static void await(String what, BooleanSupplier wanted) {
    if (!Crowd.until(PATIENCE, wanted)) {
      throw new AssertionError(what + " was not seen within " + PATIENCE);
    }
  }

  /** Returns its owner. */
  private int create(String instance) {
    JsonObject spec =
        new JsonObject(
            """
            {"type": "accumulative", "config": {"durability": "sync"}, "rooms": {"a": {}, "b": {}}}
            """);
    cluster.create(0, spec.put("id", instance));
    await("an owner", () -> cluster.audit().owner(instance) >= 0);
    return cluster.audit().owner(instance);
  }

  private ChatClient client(String name, String instance, int node) {
    return crowd.add(
        () ->
            new ChatClient(
                crowd, instance + "-" + name, instance, ROOMS, new Random(1), () -> node));
  }

  private Push push(ChatClient client, String room) {
    await(client.name() + " in its rooms", () -> crowd.on(client::isJoined));
    return crowd.on(() -> client.push(room, Push.Kind.PLAIN));
  }

  private void acked(Push push) {
    await(push + " acknowledged", () -> crowd.on(push::outcome) != Outcome.OPEN);
  }

  private static int next(int node) {
    return (node + 1) % Cluster.NODES;
  }

  /** Backends of the node that wait for such an event. */
  private boolean waits(int node, String event, String query) {
    return !cluster
        .audit()
        .list(
            "SELECT pid FROM pg_stat_activity WHERE application_name = ?"
                + " AND wait_event_type || '/' || wait_event ~ ? AND query ~ ?",
            row -> row.getInt(1),
            Cluster.name(node),
            event,
            query)
        .isEmpty();
  }

  /**
   * An owner stands still for longer than its lease while a commit of it is on its way to the
   * database, and goes on when another node owns the instance. That commit must change nothing: it
   * is of a request over REST, which nobody sends again.
   */
  void commitOfAnOwnerThatWasPaused() {
    String instance = "paused";
    int owner = create(instance);
    ChatClient bob = client("bob", instance, next(owner));
    acked(push(bob, "a"));
    acked(push(bob, "b"));
    Push late = new Push("late", "REST", new RoomKey(instance, "a"), Push.Kind.PLAIN, ledger.now());
    ledger.add(late);
    CompletableFuture<HttpResponse<String>> answer;
    try (Connection lock = locked(instance)) {
      answer = CompletableFuture.supplyAsync(() -> rest(owner, late));
      await("a commit that waits", () -> waits(owner, "^Lock/", "FOR UPDATE"));
      cluster.server(owner).pause();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    acked(push(bob, "b"));
    long paused = ledger.now();
    cluster.server(owner).goOn();
    HttpResponse<String> said = answer.join();
    ledger.add(new Ledger.Fault("pause", owner, "with a commit", paused, ledger.now()));
    settle(late, said);
    acked(push(bob, "a"));
  }

  private Connection locked(String instance) throws SQLException {
    Connection lock = DriverManager.getConnection(cluster.audit().url());
    lock.setAutoCommit(false);
    try (Statement sql = lock.createStatement()) {
      sql.executeQuery("SELECT FROM instances WHERE id = '" + instance + "' FOR UPDATE").close();
    }
    return lock;
  }

  private HttpResponse<String> rest(int node, Push push) {
    JsonObject body = new JsonObject().put("payload", new JsonObject().put("id", push.id));
    String path =
        "/instances/%s/rooms/%s/messages".formatted(push.room.instance(), push.room.room());
    return cluster.request(node, "POST", path, body.encode());
  }

  private void settle(Push push, HttpResponse<String> said) {
    if (said != null && said.statusCode() < 300) {
      push.acked(new JsonObject(said.body()).getLong("seq"), ledger.now());
    } else {
      push.ended(Outcome.DOUBT, said == null ? "none" : said.body(), ledger.now());
    }
  }

  /**
   * An owner dies after a commit and before anybody hears of it: the database is told to wait for a
   * standby that there is not, which it does when the commit is made, and before it says so.
   */
  void deathOfAnOwnerBeforeItsAnswer() {
    dies("killed");
  }

  /**
   * The same with a commit of two entries or more, since the next owner says the last one again.
   * How many of the pushes that are sent together it takes is up to the sockets, so it is tried
   * again; a test that has no luck is aborted with a word.
   */
  void deathOfAnOwnerThatSaidNothingOfTwo() {
    for (int round = 1; round <= ROUNDS; round++) {
      if (dies("killed" + round)) {
        return;
      }
    }
    Assumptions.abort("no commit took two of " + TOGETHER + " pushes in " + ROUNDS + " rounds");
  }

  /** Whether the commit had two entries. */
  private boolean dies(String instance) {
    int owner = create(instance);
    ChatClient ada = client("ada", instance, next(owner));
    ChatClient bob = client("bob", instance, next(next(owner)));
    acked(push(ada, "a"));
    acked(push(bob, "b"));
    List<Push> unheard;
    long began;
    waitForStandby("'nobody'");
    try {
      await("commits that wait", () -> waits(owner, "SyncRep", "nodes"));
      unheard =
          crowd.on(
              () ->
                  IntStream.range(0, TOGETHER)
                      .mapToObj(n -> ada.push("a", Push.Kind.PLAIN))
                      .toList());
      await("a commit that waits", () -> waits(owner, "SyncRep", "COMMIT"));
      began = ledger.now();
      cluster.server(owner).kill();
    } finally {
      waitForStandby("''");
    }
    unheard.forEach(this::acked);
    acked(push(ada, "a"));
    acked(push(bob, "b"));
    cluster.server(owner).launch();
    ledger.add(new Ledger.Fault("kill", owner, "after a commit", began, ledger.now()));
    RoomKey room = new RoomKey(instance, "a");
    List<Audit.Kept> kept =
        cluster.audit().journal().stream().filter(each -> each.room().equals(room)).toList();
    long first = kept.stream().mapToLong(Audit.Kept::term).min().orElseThrow();
    return kept.stream().filter(each -> each.term() == first).count() >= 3;
  }

  private void waitForStandby(String name) {
    cluster.postgres().sql("ALTER SYSTEM SET synchronous_standby_names = " + name);
    cluster.postgres().sql("SELECT pg_reload_conf()");
  }

  /** Compares all that clients were told with all that the database holds. */
  void compare() {
    new Ending(crowd).compare();
  }

  @Override
  public void close() {
    crowd.close();
  }
}
