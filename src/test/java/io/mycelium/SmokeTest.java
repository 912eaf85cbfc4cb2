package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import org.junit.jupiter.api.Test;

class SmokeTest {
  @Test
  void aPushIsRepliedToAndReachesTheRoom() {
    try (TestNode node = TestNode.start()) {
      node.create("{'id':'x','type':'accumulative','rooms':{'general':{}}}");
      PhoenixSocket ada = node.connect("x", "vsn=2.0.0&userId=ada");
      PhoenixSocket bob = node.connect("x", "vsn=2.0.0&userId=bob");
      ada.join("general");
      bob.join("general");
      ada.send("['1','2','general','push',{'text':'hi'}]");
      assertThat(ada.awaitReply("2").getJsonObject(4).getJsonObject("response").getInteger("seq"))
          .isEqualTo(1);
      assertThat(bob.awaitEvent("msg").getJsonObject(4).getInteger("seq")).isEqualTo(1);
    }
  }
}
