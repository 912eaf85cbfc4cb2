package io.mycelium.doctor;

import io.mycelium.config.MyceliumConfig;
import io.mycelium.journal.JournalConfig;
import io.mycelium.journal.NodeStore.Member;
import io.mycelium.journal.jdbc.StoreLook;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** PostgreSQL: what it is, what it allows, what time it has, and who uses it. */
final class PostgresCheck {
  private static final int OLDEST = 130_000;

  private final MyceliumConfig config;
  private final RunningNode node;
  private final StoreLook look;

  private PostgresCheck(MyceliumConfig config, RunningNode node, StoreLook look) {
    this.config = config;
    this.node = node;
    this.look = look;
  }

  static List<Finding> of(MyceliumConfig config, RunningNode node) {
    JournalConfig journal = config.journal();
    try (StoreLook look = StoreLook.postgresql(journal, config.cluster().enabled())) {
      return new PostgresCheck(config, node, look).findings();
    }
  }

  private List<Finding> findings() {
    StoreLook.Settings settings = look.settings();
    List<Finding> findings = new ArrayList<>();
    findings.add(server(settings));
    findings.add(StoreCheck.schema(look.schema()));
    findings.add(commits(settings));
    List<Member> nodes = look.nodes();
    findings.add(connections(settings, nodes.size()));
    findings.add(clock(look, config.access().leeway(), System::currentTimeMillis));
    findings.add(use());
    if (config.cluster().enabled()) {
      findings.addAll(new LeaseCheck(config.cluster(), node).of(nodes));
    }
    return findings;
  }

  private Finding server(StoreLook.Settings settings) {
    String found = config.journal().place() + ", PostgreSQL " + settings.version();
    if (settings.number() < OLDEST) {
      return Finding.failed(StoreCheck.CHECK, found, "PostgreSQL 13 or newer", "upgrade it");
    }
    if (settings.readOnly()) {
      return Finding.failed(
          StoreCheck.CHECK,
          found + " takes no changes",
          "the primary, not a standby",
          "name the primary, or all servers in one URL (jdbc:postgresql://A,B/DATABASE): then the"
              + " one that can be written to is used");
    }
    if (!look.mayWrite()) {
      return Finding.failed(
          StoreCheck.CHECK,
          found + " lets this user write nothing",
          "a user who may make and write tables",
          "make the user the owner of the database, or GRANT it that");
    }
    return Finding.ok(StoreCheck.CHECK, found);
  }

  private static Finding commits(StoreLook.Settings settings) {
    String found =
        "synchronous_commit " + settings.synchronousCommit() + ", fsync " + on(settings.fsync());
    return settings.fsync() && !settings.synchronousCommit().equals("off")
        ? Finding.ok("commits", found)
        : Finding.warning(
            "commits",
            found,
            "synchronous_commit on, fsync on",
            "switch them on: without, a crash of the database loses acknowledged messages");
  }

  private static String on(boolean setting) {
    return setting ? "on" : "off";
  }

  private Finding connections(StoreLook.Settings settings, int leases) {
    boolean shared = config.cluster().enabled();
    int nodes = shared ? Math.max(Math.max(leases, config.cluster().members().size()), 1) : 1;
    int each = StoreLook.CONNECTIONS;
    int needed = each * (shared ? nodes + 1 : 1);
    String found =
        settings.usedConnections() + " of " + settings.maxConnections() + " are in use by others";
    String need = needed + " for " + nodes + (nodes == 1 ? " node" : " nodes");
    need += shared ? " and one more during an update, " + each + " each" : "";
    boolean tooFew = settings.maxConnections() < needed;
    boolean full = node == null && settings.maxConnections() - settings.usedConnections() < each;
    return tooFew || full
        ? Finding.warning(
            "connections", found, need, "raise max_connections (or the limit of user or database)")
        : Finding.ok("connections", found + "; needed are at most " + need);
  }

  /** Leases ask the database's clock alone; a token's times are compared with this machine's. */
  static Finding clock(StoreLook look, Duration leeway, LongSupplier clock) {
    look.clock();
    long before = clock.getAsLong();
    long there = look.clock();
    long after = clock.getAsLong();
    long ahead = there - (before + after) / 2;
    String found =
        "the database's is "
            + (ahead < 0 ? -ahead + " ms behind" : ahead + " ms ahead of")
            + " this machine's, measured within "
            + (after - before)
            + " ms";
    return Math.abs(ahead) <= leeway.toMillis()
        ? Finding.ok("clock", found)
        : Finding.warning(
            "clock",
            found,
            "less than access.leeway, " + leeway.toMillis() + " ms",
            "set both by NTP: leases use the database's clock alone, so they are safe, but this"
                + " machine's decides when a token is over");
  }

  private Finding use() {
    boolean shared = config.cluster().enabled();
    StoreLook.User user = look.user();
    if (user == StoreLook.User.NOBODY) {
      return Finding.ok("store use", "no node uses the database");
    }
    if (shared != (user == StoreLook.User.CLUSTER)) {
      return Finding.failed(
          "store use",
          shared
              ? "a node that is in no cluster uses the database"
              : "a cluster uses the database, and cluster.enabled is false",
          shared ? "nodes with cluster.enabled only" : "no other node",
          shared
              ? "stop it, or start it with cluster.enabled: true too"
              : "join with cluster.enabled: true, or name another database");
    }
    if (!shared && node == null) {
      return Finding.warning(
          "store use",
          "a node uses the database, and none answers on this configuration's ports",
          "no other node",
          "stop it, or name another database: only a cluster shares one");
    }
    return Finding.ok(
        "store use", shared ? "a cluster uses it" : "the node that runs here uses it");
  }
}
