package io.mycelium.doctor;

import io.mycelium.cluster.BusProbe;
import io.mycelium.cluster.BusProbe.Heard;
import io.mycelium.cluster.ClusterConfig;
import java.util.ArrayList;
import java.util.List;

/**
 * One member: its bus, and the port of its engine.
 *
 * @param probe null if this node's own files of TLS are unusable
 * @param own whether it is this node
 */
record MemberCheck(ClusterConfig config, BusProbe probe, BusProbe.Place place, boolean own)
    implements Doctor.Check {

  @Override
  public List<Finding> call() {
    BusProbe asked = probe == null ? BusProbe.plain() : probe;
    Heard heard = asked.ask(place.address(), place.port());
    if (own && heard.kind() == BusProbe.Kind.CLOSED) {
      return List.of(ok("this node, which does not run"));
    }
    List<Finding> findings = new ArrayList<>();
    findings.add(finding(heard));
    String closed = BusProbe.closed(place.address(), place.nextPort());
    if (closed != null && heard.kind() != BusProbe.Kind.CLOSED) {
      findings.add(
          failed(
              "the engine's port " + place.nextPort() + " takes no connection: " + closed,
              "both ports, " + place.port() + " and " + place.nextPort() + ", open between nodes",
              "open it in the firewall or NetworkPolicy, to the nodes only"));
    }
    return findings;
  }

  private Finding ok(String found) {
    return Finding.ok("member", place + ": " + found);
  }

  private Finding failed(String found, String expected, String advice) {
    return Finding.failed("member", place + ": " + found, expected, advice);
  }

  private Finding finding(Heard heard) {
    String said = heard.detail().isEmpty() ? "" : " (" + heard.detail() + ")";
    String who =
        heard.certificate() == null
            ? "its certificate"
            : "its certificate, " + Validity.describe(heard.certificate()) + ",";
    return switch (heard.kind()) {
      case ANSWERS ->
          ok(
              (own ? "this node, " : "")
                  + (heard.certificate() == null
                      ? "answers, without TLS"
                      : "answers in TLS as " + Validity.describe(heard.certificate())));
      case CLOSED ->
          failed(
              "takes no connection" + said,
              "a node that listens there",
              "start it; if it runs, look at its cluster.host and cluster.port, at the firewall or"
                  + " the NetworkPolicy");
      case SILENT ->
          failed(
              "takes the connection and says nothing for 2 s",
              "an answer to a ping",
              "look whether its process is stopped or overloaded");
      case STRANGER -> stranger(heard, who + " is not believed here" + said);
      case REFUSES ->
          failed(
              "ends the connection after it saw this node's certificate" + said,
              "its cluster.tls_ca to have the authority of " + config.tlsCertificate(),
              "compare cluster.tls_ca of both nodes, and both clocks");
      case PLAIN ->
          failed(
              "answers without TLS",
              "TLS, as this node has it",
              "set cluster.tls_certificate, tls_key and tls_ca there, and start it again");
      case ENCRYPTED -> encrypted();
      case FOREIGN ->
          failed(
              "is no bus of Mycelium" + said,
              "the port of a node's bus",
              "look at the port: cluster.port, not web.port");
    };
  }

  private Finding stranger(Heard heard, String found) {
    return heard.certificate() != null && Validity.isOver(heard.certificate())
        ? failed(found, "a certificate that is valid now", "renew cluster.tls_certificate there")
        : failed(
            found,
            "one from the authority in " + config.tlsCa(),
            "give it a certificate from that authority, or add its authority to cluster.tls_ca of"
                + " all nodes");
  }

  private Finding encrypted() {
    return probe == null
        ? Finding.warning(
            "member",
            place + ": speaks TLS, which was not tried",
            "usable files in this node's cluster.tls_*",
            "mend them first, see above")
        : failed(
            "speaks TLS, and this node has none",
            "the same at both ends",
            "set cluster.tls_certificate, tls_key and tls_ca here");
  }
}
