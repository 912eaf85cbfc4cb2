package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What clients of an accumulative room see whose messages are {@code {"n": number}}. */
final class Chat {
  private Chat() {}

  /** The numbers in a {@code msg}. */
  static List<Integer> numbers(JsonArray message) {
    JsonObject state = message.getJsonObject(4).getJsonObject("data").getJsonObject("state");
    return state.fieldNames().stream()
        .map(seq -> state.getJsonObject(seq).getJsonObject("payload").getInteger("n"))
        .toList();
  }

  /** The sequence with which a push is answered, which must be well. */
  static long seq(PhoenixSocket socket, String ref) {
    JsonObject reply = socket.awaitReply(ref).getJsonObject(4);
    assertThat(reply.getString("status")).as(reply.encode()).isEqualTo("ok");
    return reply.getJsonObject("response").getLong("seq");
  }
}
