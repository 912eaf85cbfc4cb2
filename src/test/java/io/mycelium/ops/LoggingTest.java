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
  void noTextFromOutsideBeginsALineOrSteersATerminal() {
    Logging.configure(context, out, "text", "info");
    String forged = "2026-11-27T00:00:00.000Z INFO  Main all is well";
    log.info("user {} joined", "ada\n" + forged + "\r\u001b[31m\u009b0m\u2028\0");
    log.error("failed", new IllegalStateException("why\n" + forged + "\u001b[2J"));
    assertThat(lines()).first().asString().endsWith("ada?" + forged + "??[31m?0m?? joined");
    assertThat(lines())
        .filteredOn(line -> line.matches("\\d{4}-.*"))
        .as("the events: all other lines are a stack trace's")
        .hasSize(2);
    assertThat(lines()).filteredOn(line -> line.contains("why")).hasSize(1);
    assertThat(out.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b", "\u009b", "\0");
  }

  @Test
  void jsonEscapesWhatCameFromOutside() {
    Logging.configure(context, out, "json", "info");
    log.info("user {} joined", "ada\n\u001b[31m\u009b");
    assertThat(lines()).singleElement().asString().doesNotContain("\u001b");
    assertThat(new JsonObject(lines().get(0)).getString("formattedMessage"))
        .isEqualTo("user ada\n\u001b[31m\u009b joined");
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
