package io.mycelium.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.jdbc.Postgres;
import io.mycelium.testing.ClusterOptions;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The list of instances over REST, which every node has a part of. */
class GatheringTest {
  private static final String LIST = "/instances?limit=1";

  @Test
  void theListSaysWhoDidNotAnswer() {
    List<Map<String, String>> options = ClusterOptions.of(Postgres.shared().newDatabase(), 2);
    try (ServerProcess asked = ServerProcess.start(options.get(0));
        ServerProcess silent = ServerProcess.start(options.get(1))) {
      asked.request("POST", "/instances", "{\"id\": \"a\", \"type\": \"accumulative\"}");
      silent.request("POST", "/instances", "{\"id\": \"b\", \"type\": \"accumulative\"}");
      JsonObject all = new JsonObject(asked.request("GET", LIST, null));
      assertThat(all.containsKey("unanswered")).as(all.encode()).isFalse();
      silent.pause();
      JsonObject some = new JsonObject(asked.request("GET", LIST, null));
      assertThat(some.getJsonArray("unanswered")).as(some.encode()).hasSize(1);
      assertThat(some.getJsonArray("unanswered").getString(0)).matches("n[a-z2-7]{8}");
      assertThat(some.getJsonArray("items")).hasSize(1);
      silent.goOn();
    }
  }
}
