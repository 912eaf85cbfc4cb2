package io.mycelium.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class LoggingTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final Logger log = context.getLogger("io.mycelium.Some");

  @BeforeEach
  void completeContext() {
    context.setMDCAdapter(new LogbackMDCAdapter());
  }

  @Test
  void jsonIsOneObjectPerEventEvenWithAnException() {
    Logging.configure(context, out, "json", "info");
    log.info("opened id=\"{}\"\nline two", "a");
    log.error("crashed", new IllegalStateException("why"));
    assertThat(lines()).hasSize(2);
    JsonObject first = new JsonObject(lines().get(0));
    assertThat(first.getString("level")).isEqualTo("INFO");
    assertThat(first.getString("formattedMessage")).isEqualTo("opened id=\"a\"\nline two");
    assertThat(first.getLong("timestamp")).isPositive();
    JsonObject second = new JsonObject(lines().get(1));
    assertThat(second.getJsonObject("throwable").getString("message")).isEqualTo("why");
  }

  @Test
  void textIsOneLinePerEventWithTimeLevelAndSource() {
    Logging.configure(context, out, "text", "info");
    log.warn("slow consumer={}", 7);
    assertThat(lines())
        .singleElement()
        .asString()
        .matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+\\S+ WARN {2}Some slow consumer=7");
  }

  @Test
  void whatIsBelowTheLevelIsNotWritten() {
    Logging.configure(context, out, "text", "warn");
    log.info("hidden");
    assertThat(lines()).isEmpty();
  }

  @Test
  void debugDoesNotOpenTheLibrariesFloodgates() {
    Logging.configure(context, out, "text", "debug");
    log.debug("ours");
    context.getLogger("io.netty.handler.Some").debug("theirs");
    assertThat(lines()).singleElement().asString().endsWith("ours");
  }

  private List<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }
}
