package io.mycelium.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.ops.Meters;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The figures of the node, a second at a time. */
class SamplerTest {
  private final Meters meters = new Meters(Set.of(), Set.of());
  private final Sampler sampler = new Sampler(meters, () -> Map.of("joined", 3), "sqlite");

  @AfterEach
  void close() {
    meters.close();
  }

  private JsonObject history() {
    return new JsonObject(sampler.history());
  }

  private long value(JsonArray sample, String column) {
    return sample.getLong(history().getJsonArray("columns").getList().indexOf(column));
  }

  @Test
  void theLast15MinutesAreKeptOldestFirst() {
    long minutes20 = Duration.ofMinutes(20).toMillis();
    for (long at = 1000; at <= minutes20; at += 1000) {
      sampler.take(at);
    }
    JsonArray samples = history().getJsonArray("samples");
    assertThat(samples).hasSize(15 * 60);
    assertThat(value(samples.getJsonArray(0), "at"))
        .isEqualTo(Duration.ofMinutes(5).plusSeconds(1).toMillis());
    assertThat(value(samples.getJsonArray(samples.size() - 1), "at")).isEqualTo(minutes20);
  }

  @Test
  void commitsShowInTheSampleOfTheirSecondOnly() {
    meters.journal().queue(() -> 7, () -> 700);
    meters.journal().committed(10, 2_000_000);
    meters.journal().committed(20, 4_000_000);
    meters.journal().retried();
    sampler.take(1000);
    sampler.take(2000);
    JsonArray samples = history().getJsonArray("samples");
    JsonArray first = samples.getJsonArray(0);
    assertThat(value(first, "commit")).isEqualTo(3000);
    assertThat(value(first, "slowest")).isEqualTo(4000);
    assertThat(value(first, "queued")).isEqualTo(7);
    assertThat(value(samples.getJsonArray(1), "commit")).isZero();
    assertThat(value(samples.getJsonArray(1), "slowest")).isZero();
    assertThat(history().getJsonObject("totals").getJsonObject("journal"))
        .isEqualTo(
            new JsonObject()
                .put("kind", "sqlite")
                .put("entries", 0L)
                .put("transactions", 2L)
                .put("batch", 15.0)
                .put("commit", 3000L)
                .put("queued", 7L)
                .put("queuedBytes", 700L)
                .put("retries", 1L));
  }

  @Test
  void aListenerHearsSamplesWithTheTotalsUntilItIsEnded() {
    List<JsonObject> heard = new ArrayList<>();
    Runnable end = sampler.listen(frame -> heard.add(new JsonObject(frame)));
    sampler.take(1000);
    end.run();
    sampler.take(2000);
    assertThat(heard).hasSize(1);
    assertThat(value(heard.get(0).getJsonArray("sample"), "at")).isEqualTo(1000);
    JsonObject sockets = heard.get(0).getJsonObject("totals").getJsonObject("sockets");
    assertThat(sockets.getJsonObject("states")).isEqualTo(new JsonObject().put("joined", 3));
  }
}
