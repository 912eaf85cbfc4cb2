package io.mycelium.cluster;

import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;
import java.time.Duration;
import java.util.List;

/**
 * Several nodes that serve the same instances.
 *
 * @param enabled whether this node is one of several
 * @param name of the cluster: a node that has another does not get in
 * @param host address of this node that the others reach, and that it listens on
 * @param port of the bus between the nodes; the next one is the engine's, which keeps the members
 * @param members {@code host:port} of some or all nodes, this one too or not
 * @param dns name whose addresses are the members, all with {@code port}, instead of a list
 * @param lease how long a node owns its instances without renewing it
 * @param renewEvery how often it is renewed
 * @param maxUnackedBytes to one other node, on their way; a batch above it is dropped, and its link
 *     sends it again after a while
 * @param maxFrameBytes of one message between nodes; a connection that brings a larger one is
 *     closed
 * @param movesPerSecond instances that this node gives away at most to even out loads; 0 for never
 * @param tlsCertificate PEM file: this node's certificate, which the other nodes verify; empty for
 *     a bus without TLS
 * @param tlsKey PEM file of its private key, which must not be encrypted
 * @param tlsCa PEM file: the certificates of the cluster's own authority. Whoever has a certificate
 *     from it is a node
 * @param tlsReloadInterval how often the files are looked at
 */
public record ClusterConfig(
    boolean enabled,
    String name,
    String host,
    int port,
    List<String> members,
    String dns,
    Duration lease,
    Duration renewEvery,
    long maxUnackedBytes,
    int maxFrameBytes,
    int movesPerSecond,
    String tlsCertificate,
    String tlsKey,
    String tlsCa,
    Duration tlsReloadInterval) {

  public static final ClusterConfig DEFAULT =
      new ClusterConfig(
          false,
          "mycelium",
          "127.0.0.1",
          4002,
          List.of(),
          "",
          Duration.ofSeconds(2),
          Duration.ofMillis(500),
          64L << 20,
          256 << 20,
          20,
          "",
          "",
          "",
          Duration.ofSeconds(10));

  private static final String NAME = "[A-Za-z0-9_.-]{1,64}";
  private static final String HOST = "[A-Za-z0-9_.:%-]{1,253}";

  public ClusterConfig {
    members = List.copyOf(members);
    expect(name != null && name.matches(NAME), "name", name, "1 to 64 of A-Z a-z 0-9 _ . -");
    checkPlaces(enabled, host, port, members, dns);
    Expect.range("cluster.renew_every", renewEvery, Duration.ofMillis(50), Duration.ofMinutes(1));
    Expect.range("cluster.lease", lease, Duration.ofMillis(200), Duration.ofMinutes(5));
    expect(
        lease.compareTo(renewEvery.multipliedBy(3)) >= 0,
        "lease",
        lease,
        "three times cluster.renew_every (" + renewEvery + ") or more, for two renewals may fail");
    Expect.range("cluster.max_frame_bytes", maxFrameBytes, 1 << 20, 1 << 30);
    Expect.range("cluster.max_unacked_bytes", maxUnackedBytes, 1 << 20, 1L << 40);
    Expect.range("cluster.moves_per_second", movesPerSecond, 0, 1000);
    checkTls(tlsCertificate, tlsKey, tlsCa);
    Expect.range(
        "cluster.tls_reload_interval",
        tlsReloadInterval,
        Duration.ofMillis(100),
        Duration.ofDays(1));
  }

  private static void checkPlaces(
      boolean enabled, String host, int port, List<String> members, String dns) {
    expect(
        host != null && host.matches(HOST) && !List.of("0.0.0.0", "::", "0").contains(host),
        "host",
        host,
        "the one address of this machine that the other nodes reach, such as 10.0.0.1");
    Expect.range("cluster.port", port, 1, 65_534);
    for (String member : members) {
      expect(
          NodeAddress.parse(member) != null,
          "members",
          member,
          "host:port, such as 10.0.0.1:4002, with the port of the bus (1 to 65534)");
    }
    expect(
        dns != null && (dns.isEmpty() || dns.matches(HOST)),
        "dns",
        dns,
        "a name whose addresses are the members");
    expect(
        dns.isEmpty() || members.isEmpty(),
        "dns",
        dns,
        "to be empty where cluster.members are listed: one of the two");
    expect(
        !enabled || !dns.isEmpty() || !members.isEmpty(),
        "members",
        "empty",
        "host:port of the nodes, or their name in cluster.dns, since cluster.enabled is true");
  }

  private static void checkTls(String certificate, String key, String ca) {
    boolean none = certificate.isEmpty() && key.isEmpty() && ca.isEmpty();
    String wanted = "a PEM file: cluster.tls_certificate, tls_key and tls_ca go together";
    expect(none || !certificate.isEmpty(), "tls_certificate", "empty", wanted);
    expect(none || !key.isEmpty(), "tls_key", "empty", wanted);
    expect(none || !ca.isEmpty(), "tls_ca", "empty", wanted);
  }

  private static void expect(boolean valid, String option, Object value, String expected) {
    if (!valid) {
      throw Refusal.of(ErrorCode.INVALID_CONFIG, "cluster." + option, value, expected);
    }
  }

  /**
   * Checks what other sections must be for several nodes.
   *
   * @param needsSecretFile whether this node would make up a secret of its own
   * @throws Refusal that says what to set
   */
  public void check(JournalConfig journal, boolean needsSecretFile) {
    if (!enabled) {
      return;
    }
    if (!journal.kind().equals("postgresql")) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          "journal.url",
          journal.place(),
          "jdbc:postgresql://HOST/DATABASE, the same on each node, since cluster.enabled is true:"
              + " several nodes need a database that all of them reach");
    }
    if (needsSecretFile) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          "access.secret",
          "empty",
          "a secret of 32 bytes or more (or access.keys, jwks_file, jwks_url), the same on each"
              + " node, since cluster.enabled is true: with several nodes none is made up");
    }
  }

  /** One of several nodes on this machine, without TLS. */
  public static ClusterConfig local(int port, List<String> members) {
    ClusterConfig usual = DEFAULT;
    return new ClusterConfig(
        true,
        usual.name,
        usual.host,
        port,
        members,
        "",
        usual.lease,
        usual.renewEvery,
        usual.maxUnackedBytes,
        usual.maxFrameBytes,
        usual.movesPerSecond,
        "",
        "",
        "",
        usual.tlsReloadInterval);
  }

  public boolean isTls() {
    return !tlsCertificate.isEmpty();
  }

  NodeAddress own() {
    return new NodeAddress(host, port);
  }
}
