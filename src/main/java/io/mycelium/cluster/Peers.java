package io.mycelium.cluster;

import java.util.Set;

/** The ids of the nodes that are there. Any thread. */
interface Peers {
  /** This node's id. */
  String ownId();

  /** Ids of the other nodes. */
  Set<String> others();

  /** Vert.x's id of another node; null if it is not there. */
  String vertxId(String nodeId);

  /** Vert.x's ids of the other nodes. */
  Set<String> vertxIds();
}
