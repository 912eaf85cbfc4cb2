package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Script.Kind;
import io.mycelium.cluster.checker.Script.Step;
import io.mycelium.cluster.checker.Violation.Rule;
import io.mycelium.testing.Figures;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Carries the steps of a script out, and heals each. On the test's thread. */
final class Faults {
  private static final int STARTS = 3;
  private static final int MOVES = 5;
  private static final int DATABASE = -1;

  private final Cluster cluster;
  private final Ledger ledger;
  private final List<String> instances;
  private final Random random;
  private boolean moves = true;

  Faults(Cluster cluster, Ledger ledger, List<String> instances, Random random) {
    this.cluster = cluster;
    this.ledger = ledger;
    this.instances = instances;
    this.random = random;
  }

  /** Does nothing where this machine cannot do it. */
  void carryOut(Step step) {
    if (step.kind().needsNamespaces && cluster.network() == null) {
      ledger.count("faults left out, for there are no namespaces: " + step.kind());
      return;
    }
    Figures.log("checker: at %d ms %s", ledger.now(), step);
    switch (step.kind()) {
      case KILL -> kill(step);
      case PAUSE, SHORT_PAUSE -> pause(step);
      case STOP -> stop(step, step.node());
      case ROLL -> {
        for (int i = 0; i < Cluster.NODES; i++) {
          stop(step, i);
        }
      }
      case MOVES -> moves();
      case DATABASE_RESTART, DATABASE_KILL, DATABASE_PAUSE -> database(step);
      default -> network(step);
    }
    rest(step.rests());
  }

  /** The script's own time, not a wait for something. */
  private static void rest(long ms) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  private void note(Step step, int node, long from) {
    ledger.add(new Ledger.Fault(step.kind().words, node, "" + step.kind(), from, ledger.now()));
    ledger.count("faults: " + step.kind());
  }

  private void kill(Step step) {
    long from = ledger.now();
    cluster.server(step.node()).kill();
    rest(step.holds());
    launch(step.node());
    note(step, step.node(), from);
  }

  /** As a supervisor would, which tries again. */
  private void launch(int node) {
    AssertionError last = null;
    for (int i = 0; i < STARTS; i++) {
      try {
        cluster.server(node).launch();
        return;
      } catch (AssertionError e) {
        last = e;
        ledger.count("starts that failed");
      }
    }
    throw last;
  }

  private void pause(Step step) {
    long from = ledger.now();
    ServerProcess server = cluster.server(step.node());
    server.pause();
    rest(step.holds());
    server.goOn();
    note(step, step.node(), from);
  }

  private void stop(Step step, int node) {
    long from = ledger.now();
    try {
      cluster.server(node).stop();
    } catch (AssertionError e) {
      ledger.violated(Rule.ORDERLY, Cluster.name(node) + ": " + e.getMessage().lines().findFirst());
      cluster.server(node).kill();
    }
    rest(step.holds());
    launch(node);
    note(step, node, from);
  }

  private void database(Step step) {
    long from = ledger.now();
    if (step.kind() == Kind.DATABASE_PAUSE) {
      cluster.postgres().freeze();
      rest(step.holds());
      cluster.postgres().thaw();
    } else {
      if (step.kind() == Kind.DATABASE_KILL) {
        cluster.postgres().kill();
      } else {
        cluster.postgres().stop();
      }
      rest(step.holds());
      cluster.postgres().launch();
    }
    note(step, DATABASE, from);
  }

  private void network(Step step) {
    long from = ledger.now();
    int node = step.node();
    switch (step.kind()) {
      case CUT_FROM_OTHERS, MUTE -> {
        boolean hears = step.kind() == Kind.MUTE;
        cluster.cutFromOthers(node, hears);
        rest(step.holds());
        cluster.healWithOthers(node, hears);
      }
      case CUT_FROM_DATABASE -> {
        cluster.cutFromDatabase(node);
        rest(step.holds());
        cluster.healWithDatabase(node);
      }
      case CUT_OFF -> {
        cluster.network().cut(node + 1);
        rest(step.holds());
        cluster.network().heal(node + 1);
      }
      case SLOW -> {
        String how = cluster.network().slow(node + 1);
        if (how == null) {
          ledger.count("faults left out, for tc cannot do it: " + step.kind());
          return;
        }
        ledger.count("slow links by " + how);
        rest(step.holds());
        cluster.network().fast(node + 1);
      }
      default -> throw new AssertionError(step);
    }
    note(step, node, from);
  }

  private void moves() {
    for (int i = 0; i < MOVES && moves; i++) {
      String instance = instances.get(random.nextInt(instances.size()));
      int asked = random.nextInt(Cluster.NODES);
      long from = ledger.now();
      HttpResponse<String> answer =
          cluster.request(asked, "POST", "/instances/" + instance + "/move", "{}");
      String code = answer == null ? "none" : code(answer);
      if (code.equals("not_found") || code.equals("method_not_allowed")) {
        moves = false;
        ledger.count("moves: this server has no route for them");
        Figures.log("checker: no moves, for this server has no route for them");
      } else if (code.equals("ok")) {
        ledger.count("moves");
        String words = instance + " in " + new JsonObject(answer.body()).getLong("ms") + " ms";
        ledger.add(new Ledger.Fault("move", asked, words, from, ledger.now()));
      } else {
        ledger.count("moves refused: " + code);
        if (answer != null && answer.statusCode() != 409 && !RestClient.isRetryable(code)) {
          ledger.violated(Rule.NAMED_ERRORS, "move of " + instance + ": " + code);
        }
      }
    }
  }

  private static String code(HttpResponse<String> answer) {
    return answer.statusCode() < 300 ? "ok" : new JsonObject(answer.body()).getString("code");
  }

  /** All that is stopped or gone by itself runs again. */
  void healAll() {
    for (int i = 0; i < Cluster.NODES; i++) {
      if (!cluster.server(i).isAlive()) {
        ledger.violated(Rule.HEALED, Cluster.name(i) + " ended by itself");
        launch(i);
      }
    }
  }
}
