package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.bus.GatewayConfig;
import io.mycelium.testing.FaultyType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.mycelium.testing.Tokens;
import io.vertx.core.json.JsonArray;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A token that lets a channel see presence comes while the instance does not answer. */
class GainedPresenceTest {
  private final Tokens tokens = new Tokens();
  private final FaultyType faulty = new FaultyType();
  private TestNode node;
  private PhoenixSocket bob;
  private PhoenixSocket ada;

  @BeforeEach
  void start() {
    GatewayConfig impatient =
        new GatewayConfig(1024, 4 << 20, 65_536, 64 << 20, Duration.ofSeconds(3));
    node =
        TestNode.builder()
            .types(faulty)
            .gateway(impatient)
            .authenticators(tokens.required())
            .start();
    node.create("{'id':'f','type':'faulty','rooms':{'r':{}}}");
    bob = node.connect("f", "vsn=2.0.0&token=" + tokens.user("bob"));
    bob.join("r");
    ada = node.connect("f", "vsn=2.0.0&token=" + grant("'join'"));
  }

  @AfterEach
  void stop() {
    faulty.release();
    node.close();
    tokens.close();
  }

  private String grant(String rights) {
    return tokens.token("{'sub':'ada','instances':['f'],'rooms':{'*':[" + rights + "]}}");
  }

  private void block() throws InterruptedException {
    bob.send("['1','2','r','push',{'block':true}]");
    faulty.awaitSpinning();
  }

  private void gainPresence() {
    ada.send(
        "[null,'9','phoenix','access_token',{'access_token':'"
            + grant("'join','presence'")
            + "'}]");
    assertThat(ada.awaitReply("9").getJsonObject(4).getString("status")).isEqualTo("ok");
  }

  @Test
  void joinThatIsUnderWayBringsThePresenceStateBehindItsReply() throws Exception {
    block();
    ada.send("['1','1','r','phx_join',{}]");
    gainPresence();
    faulty.release();
    JsonArray reply = ada.awaitReply("1");
    assertThat(reply.getJsonObject(4).getString("status")).isEqualTo("ok");
    assertThat(ada.awaitEvent("presence_state").encode()).contains("\"ada\"", "\"bob\"");
  }

  @Test
  void channelWhosePresenceCannotBeHadIsToldToJoinAnew() throws Exception {
    ada.join("r");
    block();
    gainPresence();
    assertThat(ada.awaitEvent("phx_error").getString(2)).isEqualTo("r");
    assertThat(TestNode.await(node.directory().get("f")).getInteger("restarts")).isZero();
    faulty.release();
    ada.send("['2','2','r','phx_join',{}]");
    assertThat(ada.awaitEvent("presence_state").getString(0)).isEqualTo("2");
  }
}
