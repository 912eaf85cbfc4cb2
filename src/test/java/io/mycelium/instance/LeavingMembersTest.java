package io.mycelium.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Members that leave while their room is busy cause no loss of other members' messages: a socket
 * that its peer closed refuses writes before the connection is notified.
 */
class LeavingMembersTest {
  private static final int ROUNDS = 40;
  private static final int MEMBERS = 5;
  private static final int MESSAGES = 20;

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void thoseWhoStayGetEverything(String transport) throws Exception {
    try (TestNode node = TestNode.builder().transport(transport).eventLoops(1).start()) {
      node.create("{'id':'x','type':'accumulative','config':{'presence':'off'},'rooms':{'r':{}}}");
      PhoenixSocket bob = node.connect("x");
      bob.join("r");
      long seq = 0;
      for (int round = 0; round < ROUNDS; round++) {
        List<DeafSocket> members = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
          DeafSocket member = new DeafSocket(node.port(), "x");
          members.add(member.send("['1','1','r','phx_join',{}]").awaitText("\"status\":\"ok\""));
        }
        for (int i = 0; i < MESSAGES; i++) {
          node.directory().push("x", "r", null, "1");
        }
        members.forEach(DeafSocket::sayGoodbye);
        for (int i = 0; i < MESSAGES; i++) {
          assertThat(bob.awaitEvent("msg").getJsonObject(4).getLong("seq")).isEqualTo(++seq);
        }
      }
      node.awaitConnections(1);
    }
  }
}
