package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import org.junit.jupiter.api.Test;

/** The queue of expiring tokens keeps no connection that is gone, and none that never expires. */
class TokenWatchTest {
  @Test
  void queueHoldsOpenConnectionsWhoseTokensExpireOnly() {
    try (Tokens tokens = new Tokens();
        TestNode node = TestNode.builder().authenticators(tokens.required()).start()) {
      node.create("{'id':'chat','type':'accumulative','config':{'guests':'read'}}");
      String ada = "vsn=2.0.0&token=" + tokens.user("ada");
      for (int i = 0; i < 20; i++) {
        node.connect("chat", ada).abort();
      }
      try (PhoenixSocket stays = node.connect("chat", ada);
          PhoenixSocket guest = node.connect("chat", "vsn=2.0.0")) {
        node.awaitConnections(2);
        String token = tokens.user("ada");
        stays.send("[null,'1','phoenix','access_token',{'access_token':'" + token + "'}]");
        assertThat(stays.awaitReply("1").toString()).contains("\"ok\"");
        guest.join("lobby");
        assertThat(node.onHubs(hub -> hub.watch().tokens().size())).isEqualTo(1);
      }
      node.awaitConnections(0);
      assertThat(node.onHubs(hub -> hub.watch().tokens().size())).isZero();
    }
  }
}
