package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A room's logic that kicks a member in the very turn in which it joins. */
class KickTest {
  private TestNode node;

  @BeforeEach
  void startNode() {
    node = TestNode.builder().types(new BouncerType()).eventLoops(1).start();
    node.create("{'id':'x','type':'bouncer'}");
  }

  @AfterEach
  void stopNode() {
    node.close();
  }

  private static String status(JsonArray reply) {
    return reply.getJsonObject(4).getString("status");
  }

  @Test
  void aMemberKickedAsItJoinsIsAnsweredClosedAndHearsNothingMore() {
    PhoenixSocket kicked = node.connect("x", "vsn=2.0.0&userId=eve");
    PhoenixSocket other = node.connect("x", "vsn=2.0.0&userId=ada");
    other.join("lobby");
    kicked.send("['1','1','lobby','phx_join',{'kick':true}]");
    assertThat(status(kicked.awaitReply("1"))).isEqualTo("ok");
    assertThat(kicked.awaitEvent("phx_close").getString(0)).isEqualTo("1");
    other.send("['1','2','lobby','push',1]");
    other.awaitEvent("msg");
    kicked.send("['1','2','lobby','push',2]");
    assertThat(status(kicked.awaitReply("2"))).isEqualTo("error");
    assertThat(kicked.rest()).noneMatch(frame -> frame.toString().contains("\"msg\""));
    kicked.close();
    node.awaitConnections("x", 1);
    other.send("['1','3','lobby','push',3]");
    assertThat(status(other.awaitReply("3"))).isEqualTo("ok");
  }

  @Test
  void aMemberKickedAsItJoinsAgainLosesBothChannels() {
    PhoenixSocket eve = node.connect("x", "vsn=2.0.0&userId=eve");
    eve.join("lobby");
    eve.send("['2','2','lobby','phx_join',{'kick':true}]");
    assertThat(status(eve.awaitReply("2"))).isEqualTo("ok");
    assertThat(eve.awaitEvent("phx_close").getString(0)).isEqualTo("1");
    assertThat(eve.awaitEvent("phx_close").getString(0)).isEqualTo("2");
    eve.send("['2','3','lobby','push',1]");
    assertThat(status(eve.awaitReply("3"))).isEqualTo("error");
    eve.send("['4','4','lobby','phx_join',{}]");
    assertThat(status(eve.awaitReply("4"))).isEqualTo("ok");
  }
}
