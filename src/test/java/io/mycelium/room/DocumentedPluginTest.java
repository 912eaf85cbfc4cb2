package io.mycelium.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The complete plug-in of docs/plugins.md works, and the page's requests succeed. */
class DocumentedPluginTest {
  private static final Pattern CURL =
      Pattern.compile(
          "^curl -d '(.*?)'.*?http://localhost:4000(\\S+)", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Path EXAMPLE = Path.of("target", "plugins", "four-in-a-row.jar");

  @TempDir private Path folder;
  private String guide;
  private TestNode node;

  @BeforeEach
  void startANodeWithThePlugInsOfTheGuide() throws IOException {
    guide = Files.readString(Path.of("docs", "plugins.md"));
    Matcher code = Pattern.compile("```java\n(package .*?)```", Pattern.DOTALL).matcher(guide);
    assertThat(code.find()).isTrue();
    String className = "org.example.VotesType";
    new PluginJar()
        .source(className, code.group(1))
        .provider(className)
        .write(folder.resolve("votes.jar"));
    Files.copy(EXAMPLE, folder.resolve(EXAMPLE.getFileName()));
    RoomTypes types = PluginLoader.load(folder, new FourInARowJarTest.WithoutExamples());
    assertThat(types.broken()).isEmpty();
    node = TestNode.builder().roomTypes(types).start();
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void eachInstanceThatTheGuideAsksForIsMadeWithItsSettings() throws Exception {
    HttpClient http = HttpClient.newHttpClient();
    List<MatchResult> curls = CURL.matcher(guide).results().toList();
    assertThat(curls).hasSize(2);
    for (MatchResult curl : curls) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.port() + curl.group(2)))
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(curl.group(1)))
              .build();
      HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
      JsonObject asked = new JsonObject(curl.group(1)).getJsonObject("config");
      assertThat(new JsonObject(answer.body()).getJsonObject("config").getMap())
          .containsEntry("settings", asked.getJsonObject("settings").getMap());
    }
  }

  @Test
  void thePlugInOfTheGuideWorks() {
    node.create("{'id':'poll','type':'votes'}");
    PhoenixSocket ada = node.connect("poll", "vsn=2.0.0&userId=ada");
    ada.join("lobby");
    ada.send("['1','2','lobby','yes',{}]").send("['1','3','lobby','maybe',{}]");
    JsonObject msg = ada.awaitEvent("msg").getJsonObject(4).getJsonObject("data");
    assertThat(msg.getJsonObject("state")).isEqualTo(new JsonObject().put("ada", "yes"));
    JsonObject refused = ada.awaitReply("3").getJsonObject(4).getJsonObject("response");
    assertThat(refused.getString("reason")).isEqualTo("unknown_event");
  }
}
