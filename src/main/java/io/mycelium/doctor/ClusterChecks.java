package io.mycelium.doctor;

import io.mycelium.cluster.BusProbe;
import io.mycelium.cluster.BusProbe.Place;
import io.mycelium.cluster.ClusterConfig;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** This node's place in the cluster, and each of its members. */
final class ClusterChecks {
  private final ClusterConfig config;

  private ClusterChecks(ClusterConfig config) {
    this.config = config;
  }

  /** Looks names up, which blocks; each member is a check of its own. */
  static List<Doctor.Check> of(Vertx vertx, ClusterConfig config) {
    ClusterChecks cluster = new ClusterChecks(config);
    List<Doctor.Check> checks = new ArrayList<>();
    checks.add(cluster::address);
    BusProbe probe = cluster.tls(vertx, checks);
    List<Place> members = BusProbe.members(config);
    checks.add(() -> cluster.members(members));
    for (Place member : members) {
      if (member.address() != null) {
        checks.add(new MemberCheck(config, probe, member, cluster.isOwn(member)));
      }
    }
    return checks;
  }

  /**
   * @return null if the files are unusable
   */
  private BusProbe tls(Vertx vertx, List<Doctor.Check> checks) {
    if (!config.isTls()) {
      checks.add(() -> List.of(withoutTls()));
      return BusProbe.plain();
    }
    try {
      X509Certificate own = BusProbe.certificate(vertx, config);
      checks.add(
          () -> List.of(Validity.check("bus TLS", own, config.tlsCertificate(), "this node is ")));
      return BusProbe.tls(vertx, config);
    } catch (Refusal refusal) {
      checks.add(() -> List.of(unfit(refusal)));
      return null;
    }
  }

  private Finding withoutTls() {
    return Finding.warning(
        "bus TLS",
        "off: whoever reaches "
            + config.host()
            + ":"
            + config.port()
            + " may read and send everything",
        "cluster.tls_certificate, tls_key and tls_ca",
        "make an authority and a certificate for each node (docs/cluster.md)");
  }

  private static Finding unfit(Refusal refusal) {
    return Finding.failed(
        "bus TLS",
        refusal.field() + " is " + refusal.value(),
        refusal.expected(),
        "mend the file: a certificate from the cluster's own authority, its key, and the"
            + " authority's certificate (docs/cluster.md); the members below are asked without TLS");
  }

  private List<Finding> address() {
    String check = "cluster.host";
    try (ServerSocket socket = new ServerSocket()) {
      InetAddress own = InetAddress.getByName(config.host());
      socket.bind(new InetSocketAddress(own, 0));
      if (own.isLoopbackAddress()
          && members().stream().anyMatch(each -> !each.isLoopbackAddress())) {
        return List.of(
            Finding.failed(
                check,
                config.host() + " is reached from this machine only, and members are elsewhere",
                "the address that the other nodes reach",
                "set cluster.host (in Kubernetes from status.podIP)"));
      }
      return List.of(Finding.ok(check, config.host() + " is an address of this machine"));
    } catch (UnknownHostException e) {
      return List.of(elsewhere(check, config.host() + " has no address"));
    } catch (IOException e) {
      return List.of(
          elsewhere(check, config.host() + " is no address of this machine: " + e.getMessage()));
    }
  }

  private static Finding elsewhere(String check, String found) {
    return Finding.failed(
        check,
        found,
        "the one address of this machine that the other nodes reach",
        "set it (in Kubernetes from status.podIP)");
  }

  private List<InetAddress> members() {
    return BusProbe.members(config).stream().map(Place::address).filter(Objects::nonNull).toList();
  }

  private boolean isOwn(Place member) {
    try {
      return member.port() == config.port()
          && member.address().equals(InetAddress.getByName(config.host()));
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private List<Finding> members(List<Place> members) {
    String check = config.dns().isEmpty() ? "cluster.members" : "cluster.dns";
    List<Finding> findings = new ArrayList<>();
    members.stream()
        .filter(each -> each.address() == null)
        .forEach(
            each ->
                findings.add(
                    Finding.failed(
                        check,
                        each.name() + " has no address",
                        "a name that can be looked up from here",
                        "look at the name and at DNS; a headless service needs"
                            + " publishNotReadyAddresses: true")));
    if (members.stream().allMatch(each -> each.address() == null || isOwn(each))) {
      findings.add(
          Finding.warning(
              check,
              "no node but this one is named",
              "some or all of the other nodes",
              "name them: two nodes that do not know of each other are no cluster"));
    }
    return findings.isEmpty()
        ? List.of(Finding.ok(check, members.size() + " addresses"))
        : findings;
  }
}
