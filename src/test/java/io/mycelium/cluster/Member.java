package io.mycelium.cluster;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.mycelium.ops.Logging;
import io.mycelium.ops.Meters;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.file.FileSystemOptions;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.Set;

/**
 * The bus of a node in a process of its own, for {@link MemberProcess}: reads commands from its
 * input and answers each with a line.
 */
final class Member {
  private static final DeliveryOptions PATIENCE = new DeliveryOptions().setSendTimeout(1500);

  /** Messages to a node that does not read, of which its and this one's kernel take the first. */
  private static final int FLOOD = 50;

  /** Where the engine keeps who listens at which address. */
  private static final String SUBS = "__vertx.subs";

  /** And where nodes are. */
  private static final String PLACES = "__vertx.nodeInfo";

  private static final PrintStream OUT =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true);

  private Member() {}

  public static void main(String[] args) throws Exception {
    long began = System.nanoTime();
    Logging.configure("text", System.getProperty("member.log", "info"));
    String id = System.getProperty("member.id");
    ClusterConfig config = MemberProcess.config();
    Meters meters = new Meters(Set.of(), Set.of());
    ClusteredVertx node;
    try {
      node =
          ClusteredVertx.start(
              config,
              new ClusterIdentity(
                  config.name(),
                  System.getProperty("member.schema", "1"),
                  System.getProperty("member.store", "s")),
              id,
              new VertxOptions()
                  .setEventLoopPoolSize(2)
                  .setFileSystemOptions(
                      new FileSystemOptions().setClassPathResolvingEnabled(false)),
              ClusteredVertx.transport(meters, config),
              meters,
              why -> say("refused later: " + why));
    } catch (RuntimeException e) {
      say("refused: " + e.getMessage());
      System.exit(2);
      return;
    }
    node.membership()
        .listen(
            new Membership.Listener() {
              @Override
              public void joined(String nodeId) {
                say("joined " + nodeId);
              }

              @Override
              public void left(String nodeId) {
                say("left " + nodeId);
              }
            });
    node.vertx()
        .eventBus()
        .<String>consumer("node." + id + ".echo", message -> message.reply(id + message.body()))
        .completion()
        .await();
    say("up in " + (System.nanoTime() - began) / 1_000_000 + " ms");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      obey(node, meters, line.split(" "));
    }
    node.vertx().close().await();
    System.exit(0);
  }

  private static void obey(ClusteredVertx node, Meters meters, String[] command) {
    switch (command[0]) {
      case "ask" ->
          node.vertx()
              .eventBus()
              .<String>request("node." + command[1] + ".echo", "x".repeat(size(command)), PATIENCE)
              .map(answer -> "answer " + answer.body().length())
              .otherwise(failure -> "no answer from " + command[1] + ": " + failure.getMessage())
              .onSuccess(Member::say);
      case "flood" -> {
        for (int i = 0; i < FLOOD; i++) {
          node.vertx().eventBus().send("node." + command[1] + ".echo", "x".repeat(size(command)));
        }
        say("flooded");
      }
      case "nodes" -> say("nodes " + String.join(",", node.membership().others()));
      case "rename" ->
          node.membership().rename(command[1]).onSuccess(done -> say("renamed " + command[1]));
      case "meters" ->
          say(
              "meters "
                  + meters
                      .scrape()
                      .lines()
                      .filter(line -> line.startsWith("mycelium_cluster"))
                      .toList());
      case "forget" -> {
        engine().getMultiMap(SUBS).clear();
        engine().getMap(PLACES).clear();
        say("forgotten");
      }
      case "instances" -> {
        for (int i = 0; i < Integer.parseInt(command[1]); i++) {
          node.vertx().eventBus().localConsumer("instance." + i + ".commands", message -> {});
        }
        say("registered " + engine().getMultiMap(SUBS).size());
      }
      default -> say("what is " + command[0] + "?");
    }
  }

  private static HazelcastInstance engine() {
    return Hazelcast.getAllHazelcastInstances().iterator().next();
  }

  private static int size(String[] command) {
    return command.length > 2 ? Integer.parseInt(command[2]) : 1;
  }

  private static void say(String line) {
    OUT.println(MemberProcess.SAYS + line);
  }
}
