package io.mycelium.client;

import io.mycelium.connection.SocketConfig;
import io.mycelium.testing.BrittleType;
import io.mycelium.testing.TestNode;
import java.io.IOException;
import java.util.Map;

/**
 * A node with some instances, and a Node.js script that is its client and may ask to restart or
 * drain the node, or to revive the instance {@code brittle}.
 */
final class ScriptedNode implements AutoCloseable {
  private final String[] instances;
  private final NodeScript script;
  private TestNode node;
  private SocketConfig socket = SocketConfig.DEFAULT;

  /**
   * @param instances their specs, see {@link TestNode#create}; made anew after a restart
   */
  public ScriptedNode(String... instances) throws IOException {
    this.instances = instances;
    this.script =
        new NodeScript()
            .wish("/revive", () -> TestNode.await(node.directory().restart("brittle")))
            .wish("/drain", () -> node.drain(200))
            .wish("/restart", this::restart);
  }

  /** With these sockets, from the next start on. */
  ScriptedNode socket(SocketConfig used) {
    socket = used;
    return this;
  }

  public NodeScript script() {
    return script;
  }

  public TestNode node() {
    return node;
  }

  /** Starts the node and runs a script against it; see {@link NodeScript#run}. */
  public void run(String transport, String file, int tests) throws InterruptedException {
    start(transport, 0);
    script.run(file, tests, Map.of("MYCELIUM_URL", "ws://127.0.0.1:" + node.port()));
  }

  private void start(String transport, int port) {
    node =
        TestNode.builder()
            .transport(transport)
            .port(port)
            .socket(socket)
            .types(new BrittleType())
            .start();
    for (String spec : instances) {
      node.create(spec);
    }
  }

  private void restart() {
    String transport = node.transport();
    int port = node.port();
    node.close();
    start(transport, port);
  }

  @Override
  public void close() {
    script.close();
    if (node != null) {
      node.close();
    }
  }
}
