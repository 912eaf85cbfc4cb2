package io.mycelium.doctor;

import io.mycelium.config.MyceliumConfig;
import io.mycelium.web.WebConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** The ports that the node takes, or has taken. */
final class Ports {
  private final List<Port> ports;
  private final RunningNode node;

  /**
   * @param option whose value the port is
   * @param wrong why it cannot be taken; null if it can
   * @param node that answers on it; null if none does
   */
  private record Port(
      String check, String option, String host, int port, String wrong, RunningNode node) {}

  private Ports(List<Port> ports) {
    this.ports = ports;
    this.node = ports.stream().map(Port::node).filter(Objects::nonNull).findFirst().orElse(null);
  }

  /** Takes each port for a moment, and where that fails asks who has it. Blocks. */
  static Ports look(MyceliumConfig config, ExecutorService threads) {
    WebConfig web = config.mainPort();
    List<Future<Port>> looks = new ArrayList<>();
    looks.add(
        threads.submit(
            () ->
                look("main port", "web.port", web.host(), web.port(), true, config.tls().isOn())));
    looks.add(
        threads.submit(
            () ->
                look(
                    "management port",
                    "ops.management_port",
                    config.ops().managementHost(),
                    config.ops().managementPort(),
                    true,
                    false)));
    if (config.cluster().enabled()) {
      String own = config.cluster().host();
      int bus = config.cluster().port();
      looks.add(threads.submit(() -> look("bus port", "cluster.port", own, bus, false, false)));
      looks.add(
          threads.submit(() -> look("engine port", "cluster.port", own, bus + 1, false, false)));
    }
    return new Ports(looks.stream().map(Doctor::result).toList());
  }

  private static Port look(
      String check, String option, String host, int port, boolean http, boolean tls) {
    String wrong = port == 0 ? null : takes(host, port);
    RunningNode node =
        wrong != null && http && isTaken(wrong)
            ? RunningNode.at(reachable(host), port, tls).orElse(null)
            : null;
    return new Port(check, option, host, port, wrong, node);
  }

  /** Null if the port can be taken. */
  private static String takes(String host, int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
      return null;
    } catch (UnknownHostException e) {
      return "the name has no address";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  private static boolean isTaken(String wrong) {
    return wrong.contains("in use");
  }

  private static String reachable(String host) {
    return switch (host) {
      case "0.0.0.0" -> "127.0.0.1";
      case "::" -> "::1";
      default -> host;
    };
  }

  /** The node that runs here; null if none does. */
  RunningNode node() {
    return node;
  }

  List<Finding> findings() {
    return ports.stream().map(this::finding).toList();
  }

  private Finding finding(Port port) {
    String place = port.port + " on " + port.host;
    if (port.port == 0) {
      return Finding.ok(port.check, port.option + " is 0: a free one will be taken");
    }
    if (port.wrong == null) {
      return free(port, place);
    }
    if (!isTaken(port.wrong)) {
      return Finding.failed(
          port.check,
          place + " cannot be taken: " + port.wrong,
          "an address of this machine and a port that this user may take",
          "set " + port.option + " or the host beside it");
    }
    if (port.node != null) {
      return port.node.isReady()
          ? Finding.ok(port.check, place + " is taken by a Mycelium node, which is ready")
          : Finding.warning(
              port.check,
              place + " is taken by a Mycelium node, which is not ready: " + port.node.why(),
              "a node that is ready",
              "see the checks below, and its log");
    }
    return taken(port, place);
  }

  /** Where a node runs, it has all its ports. */
  private Finding free(Port port, String place) {
    if (node != null && node.isReady()) {
      return Finding.warning(
          port.check,
          place + " is free, though a Mycelium node runs here",
          "it to be taken by that node",
          "give the doctor the configuration that the node was started with (--config, the same"
              + " MYCELIUM_ variables)");
    }
    return Finding.ok(port.check, place + " is free");
  }

  private Finding taken(Port port, String place) {
    boolean ofCluster = port.option.equals("cluster.port");
    if (node != null && (!ofCluster || node.inCluster())) {
      return Finding.ok(port.check, place + " is taken, as the node that runs here would");
    }
    return Finding.failed(
        port.check,
        place + " is taken by another program",
        "a free port, or a Mycelium node that answers /health/ready",
        "end that program (ss -ltnp shows it), or set " + port.option);
  }
}
