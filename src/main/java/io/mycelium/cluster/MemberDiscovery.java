package io.mycelium.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.config.properties.PropertyDefinition;
import com.hazelcast.logging.ILogger;
import com.hazelcast.spi.discovery.AbstractDiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryNode;
import com.hazelcast.spi.discovery.DiscoveryStrategy;
import com.hazelcast.spi.discovery.DiscoveryStrategyFactory;
import com.hazelcast.spi.discovery.SimpleDiscoveryNode;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the engine looks for the other nodes: the listed ones, or all addresses of a name. Names
 * are looked up anew each time, when the node joins and while it looks for the other half of a
 * cluster that was cut in two. The engine's own list of members takes of a name only the addresses
 * of this machine.
 */
final class MemberDiscovery implements DiscoveryStrategyFactory {
  private static final Logger LOG = LoggerFactory.getLogger(MemberDiscovery.class);

  /** All addresses of a name; blocks. */
  interface Resolver {
    InetAddress[] resolve(String name) throws UnknownHostException;
  }

  private final List<NodeAddress> named;
  private final Resolver resolver;

  /** Names that had no address when they were last looked up, so that it is said once. */
  private final Set<String> unknown = ConcurrentHashMap.newKeySet();

  MemberDiscovery(ClusterConfig config) {
    this(config, InetAddress::getAllByName);
  }

  MemberDiscovery(ClusterConfig config, Resolver resolver) {
    this.named = NodeAddress.named(config);
    this.resolver = resolver;
  }

  /** Addresses of the members' engines. */
  List<Address> members() {
    List<Address> found = new ArrayList<>();
    for (NodeAddress node : named) {
      try {
        for (InetAddress each : resolver.resolve(node.host())) {
          found.add(new Address(each, node.enginePort()));
        }
        unknown.remove(node.host());
      } catch (UnknownHostException e) {
        if (unknown.add(node.host())) {
          LOG.warn("cluster: {} has no address yet, looked up again and again", node.host());
        }
      }
    }
    return found;
  }

  @Override
  public Class<? extends DiscoveryStrategy> getDiscoveryStrategyType() {
    return Strategy.class;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public DiscoveryStrategy newDiscoveryStrategy(
      DiscoveryNode self, ILogger logger, Map<String, Comparable> properties) {
    return new Strategy(this, logger, properties);
  }

  @Override
  public Collection<PropertyDefinition> getConfigurationProperties() {
    return List.of();
  }

  /** What the engine asks. */
  private static final class Strategy extends AbstractDiscoveryStrategy {
    private final MemberDiscovery discovery;

    @SuppressWarnings("rawtypes")
    Strategy(MemberDiscovery discovery, ILogger logger, Map<String, Comparable> properties) {
      super(logger, properties);
      this.discovery = discovery;
    }

    @Override
    public Iterable<DiscoveryNode> discoverNodes() {
      return discovery.members().stream().<DiscoveryNode>map(SimpleDiscoveryNode::new).toList();
    }
  }
}
