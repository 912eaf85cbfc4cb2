package io.mycelium.doctor;

import io.mycelium.cluster.ClusterConfig;
import io.mycelium.journal.NodeStore.Member;
import io.mycelium.journal.NodeStore.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Who has a lease, by the rows of {@code nodes}.
 *
 * @param running the node that runs here; null if none does
 */
record LeaseCheck(ClusterConfig config, RunningNode running) {
  private static final String CHECK = "leases";

  List<Finding> of(List<Member> members) {
    List<Finding> findings = new ArrayList<>();
    members.forEach(each -> findings.add(lease(each)));
    boolean own = members.stream().anyMatch(each -> isOwn(each.node()));
    if (running != null && running.inCluster() && !own) {
      findings.add(
          Finding.failed(
              CHECK,
              "the node that runs here has none",
              "a lease of the node at " + config.host() + ":" + config.port(),
              "it joins again by itself once it reaches the database; its log says why not"));
    } else if (members.isEmpty()) {
      findings.add(Finding.ok(CHECK, "no node has one"));
    }
    return findings;
  }

  private boolean isOwn(Node node) {
    return node.host().equals(config.host()) && node.port() == config.port();
  }

  private Finding lease(Member member) {
    Node node = member.node();
    String check = "lease " + node.id();
    String found =
        node.host()
            + ":"
            + node.port()
            + (isOwn(node) && running != null ? ", the node that runs here" : "")
            + ", renewed "
            + member.silent()
            + " ms ago, instances "
            + member.load().instances()
            + ", connections "
            + member.load().connections()
            + (member.load().draining() ? ", draining" : "");
    if (member.silent() > config.lease().toMillis()) {
      return Finding.warning(
          check,
          found,
          "a renewal every " + config.renewEvery().toMillis() + " ms",
          "the node hangs, is gone, or does not reach the database: the others end its lease and"
              + " take its instances. If all are silent, the database was away");
    }
    if (isOwn(node) && running == null) {
      return Finding.warning(
          check,
          found + ": this configuration's address, and no node answers here",
          "a node on this machine, or no lease",
          "if it ended just now, wait for "
              + config.lease().toMillis()
              + " ms; else two machines"
              + " have the same cluster.host and cluster.port, or its management port is another");
    }
    return Finding.ok(check, found);
  }
}
