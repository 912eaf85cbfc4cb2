package io.mycelium.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.List;

/** Hazelcast as it runs: who is a member. Any thread. */
final class Engine {
  private final HazelcastClusterManager hazelcast;

  /**
   * A member.
   *
   * @param where its engine's address, for people
   */
  record Peer(boolean isSelf, String where, ClusterIdentity identity) {}

  /** Looks this node's host up; blocks. */
  Engine(ClusterConfig config, ClusterIdentity identity) {
    hazelcast = new HazelcastClusterManager(EngineConfig.of(config, identity));
  }

  HazelcastClusterManager manager() {
    return hazelcast;
  }

  /** All members, the oldest first; empty before this node has joined and after it has left. */
  List<Peer> peers() {
    HazelcastInstance instance = hazelcast.getHazelcastInstance();
    if (instance == null || !instance.getLifecycleService().isRunning()) {
      return List.of();
    }
    return instance.getCluster().getMembers().stream().map(Engine::peer).toList();
  }

  private static Peer peer(Member member) {
    return new Peer(
        member.localMember(),
        member.getAddress().getHost() + ":" + member.getAddress().getPort(),
        ClusterIdentity.of(member.getAttributes()));
  }
}
