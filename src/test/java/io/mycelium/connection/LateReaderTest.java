package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.DeafSocket;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A write of which the operating system took only a part continues where it stopped, before later
 * frames.
 */
class LateReaderTest {
  private static final int MESSAGES = 400;
  private static final int MESSAGE_BYTES = 32 << 10;
  private static final int BUDGET = 64 << 20;
  private static final Pattern SEQ = Pattern.compile("\\}\\},\"seq\":(\\d+)}]");

  @ParameterizedTest
  @ValueSource(strings = {"netty", "vertx"})
  void aPeerThatReadsLateGetsEveryByteInOrder(String transport) throws Exception {
    SocketConfig socket =
        new SocketConfig(Duration.ofSeconds(25), Duration.ofSeconds(20), 10, BUDGET);
    try (TestNode node =
            TestNode.builder().transport(transport).socket(socket).eventLoops(1).start();
        DeafSocket late = join(node)) {
      PhoenixSocket bob = node.connect("x", "vsn=2.0.0&userId=bob");
      bob.join("r");
      String payload = "\"" + "x".repeat(MESSAGE_BYTES) + "\"";
      for (int i = 1; i <= MESSAGES; i++) {
        TestNode.await(node.directory().push("x", "r", null, payload));
        bob.awaitEvent("msg");
      }
      String got = late.readUntil("\"seq\":" + MESSAGES + "}]");
      List<Long> seqs =
          SEQ.matcher(got).results().map(MatchResult::group).map(LateReaderTest::seq).toList();
      assertThat(seqs).isEqualTo(LongStream.rangeClosed(1, MESSAGES).boxed().toList());
      assertThat(got.chars().filter(c -> c == 'x').count())
          .as("bytes of the payloads")
          .isEqualTo((long) MESSAGES * MESSAGE_BYTES);
    }
  }

  private static long seq(String match) {
    return Long.parseLong(match.replaceAll("\\D", ""));
  }

  private static DeafSocket join(TestNode node) {
    node.create(
        "{'id':'x','type':'accumulative','config':{'history':1,'presence':'off'},'rooms':{'r':{}}}");
    DeafSocket late = new DeafSocket(node.port(), "x");
    return late.send("['1','1','r','phx_join',{}]").awaitText("\"state\":{}");
  }
}
