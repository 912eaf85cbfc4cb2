package io.mycelium.cluster;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.Config;
import com.hazelcast.config.DiscoveryStrategyConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.instance.EndpointQualifier;
import com.hazelcast.spi.MemberAddressProvider;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * Hazelcast as this cluster uses it: it keeps the members and some tens of addresses, on one port
 * that speaks to members only. Nothing is read from files, system properties or the cloud's own
 * directory.
 */
final class EngineConfig {
  /** The same for all: a node of another cluster is to be refused in words, not left alone. */
  private static final String CLUSTER = "mycelium";

  private EngineConfig() {}

  /** Looks the host up; blocks. */
  static Config of(ClusterConfig cluster, ClusterIdentity identity) {
    Config config = new Config().setClusterName(CLUSTER);
    identity.attributes().forEach(config.getMemberAttributeConfig()::setAttribute);
    timing(config);
    silence(config);
    config.setAdvancedNetworkConfig(network(cluster));
    config.setProperty("hazelcast.discovery.enabled", "true");
    config.setProperty("hazelcast.socket.bind.any", "false");
    // Vert.x's own; one backup each, as it has them by default.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(1)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(1));
    return config;
  }

  private static void timing(Config config) {
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.max.wait.seconds.before.join", "2");
    // When the leader dies, the next one asks all to follow it, and leaves out who does not agree:
    // who follows the old one until its silence ends, four seconds later. This is how often it
    // asks, too: 15 times in the first second, then every half second.
    config.setProperty("hazelcast.mastership.claim.timeout.seconds", "25");
    config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
    config.setProperty("hazelcast.max.no.heartbeat.seconds", "4");
    // Its default lets two halves of a cluster live for five minutes.
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "3");
    config.setProperty("hazelcast.graceful.shutdown.max.wait", "5");
    config.setProperty("hazelcast.operation.call.timeout.millis", "5000");
  }

  /** No word to its vendor, none to JMX, a REST endpoint or a management centre. */
  private static void silence(Config config) {
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.logging.emoji.enabled", "false");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.jmx", "false");
    // It asks the JVM for all its figures, the flight recorder's too; /metrics has them.
    config.setProperty("hazelcast.health.monitoring.level", "OFF");
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
    config.getIntegrityCheckerConfig().setEnabled(false);
    config.getManagementCenterConfig().setScriptingEnabled(false);
    config.getManagementCenterConfig().setConsoleEnabled(false);
    // Some tens of entries: few partitions, few threads.
    config.setProperty("hazelcast.partition.count", "11");
    config.setProperty("hazelcast.operation.thread.count", "2");
    config.setProperty("hazelcast.operation.generic.thread.count", "2");
    config.setProperty("hazelcast.io.thread.count", "1");
    config.setProperty("hazelcast.event.thread.count", "1");
  }

  private static AdvancedNetworkConfig network(ClusterConfig cluster) {
    InetSocketAddress own = listening(cluster.host(), cluster.port());
    ServerSocketEndpointConfig member = new ServerSocketEndpointConfig();
    member.setName("members").setPort(own.getPort()).setPortAutoIncrement(false);
    member.setSocketConnectTimeoutSeconds(1);
    AdvancedNetworkConfig network = new AdvancedNetworkConfig();
    network.setEnabled(true).setMemberEndpointConfig(member);
    network.getMemberAddressProviderConfig().setEnabled(true).setImplementation(new Own(own));
    JoinConfig join = network.getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    join.getDiscoveryConfig()
        .addDiscoveryStrategyConfig(new DiscoveryStrategyConfig(new MemberDiscovery(cluster)));
    return network;
  }

  /**
   * Where the engine listens, once it is sure that it and the bus can; else they fail at length.
   */
  private static InetSocketAddress listening(String host, int port) {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw wrong("host", host, "an address of this machine, or a name that has one");
    }
    for (int each = port; each <= port + 1; each++) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(address, each));
      } catch (BindException e) {
        throw wrong(
            e.getMessage().contains("in use") ? "port" : "host",
            e.getMessage().contains("in use") ? port : host,
            "an address of this machine with two free ports, "
                + port
                + " and the next: "
                + e.getMessage());
      } catch (IOException e) {
        throw wrong("port", port, "two free ports: " + e.getMessage());
      }
    }
    return new InetSocketAddress(address, port + 1);
  }

  private static Refusal wrong(String option, Object value, String expected) {
    return Refusal.of(ErrorCode.INVALID_CONFIG, "cluster." + option, value, expected);
  }

  /** Listens on, and tells others, this one address; it need not be an interface's first. */
  private record Own(InetSocketAddress address) implements MemberAddressProvider {
    @Override
    public InetSocketAddress getBindAddress() {
      return address;
    }

    @Override
    public InetSocketAddress getBindAddress(EndpointQualifier qualifier) {
      return address;
    }

    @Override
    public InetSocketAddress getPublicAddress() {
      return address;
    }

    @Override
    public InetSocketAddress getPublicAddress(EndpointQualifier qualifier) {
      return address;
    }
  }
}
