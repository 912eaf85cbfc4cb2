package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.testing.TestNode;
import io.mycelium.web.rest.JsonBody;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Half a surrogate pair is JSON that UTF-8 cannot encode: as a key of a shared room it would crash
 * each later join. So every input refuses it.
 */
class HalfSurrogateTest {
  @Test
  void itIsRefusedAsAPayloadOfABackEndAndTheInstanceRunsOn() {
    try (TestNode node = TestNode.start()) {
      node.create("{'id':'x','type':'shared','config':{'open':true}}");
      assertThatThrownBy(
              () -> TestNode.await(node.directory().push("x", "lobby", "ada", "{\"\\ud800\":1}")))
          .isInstanceOfSatisfying(
              Refusal.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PAYLOAD))
          .hasMessageContaining("expected a surrogate pair");
      TestNode.await(node.directory().push("x", "lobby", "ada", "{\"\\ud83d\\ude00\":1}"));
      JsonObject instance = TestNode.await(node.directory().get("x"));
      assertThat(instance.getString("status")).isEqualTo("running");
      assertThat(instance.getInteger("restarts")).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"name\":\"\\ud800\"}", "{\"\\udc00\":1}", "[\"\\ud800\\ud800\"]"})
  void itIsRefusedInABody(String body) {
    assertThatThrownBy(() -> JsonBody.parse(Buffer.buffer(body)))
        .isInstanceOf(Refusal.class)
        // Jackson finds some of them by itself, in its own words.
        .hasMessageMatching("(?s).*(half of a surrogate pair|Unexpected low surrogate).*");
  }

  @Test
  void aWholePairIsTakenInABody() {
    assertThat(JsonBody.parse(Buffer.buffer("{\"name\":\"\\ud83d\\ude00\"}")))
        .isEqualTo(new JsonObject().put("name", "😀"));
  }
}
