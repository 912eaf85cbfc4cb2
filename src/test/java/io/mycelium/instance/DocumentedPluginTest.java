package io.mycelium.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.PluginJar;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The complete plug-in of docs/plugins.md is one. */
class DocumentedPluginTest {
  @Test
  void thePlugInOfTheGuideWorks(@TempDir Path folder) throws IOException {
    String guide = Files.readString(Path.of("docs", "plugins.md"));
    Matcher code = Pattern.compile("```java\n(package .*?)```", Pattern.DOTALL).matcher(guide);
    assertThat(code.find()).isTrue();
    String className = "org.example.VotesType";
    new PluginJar()
        .source(className, code.group(1))
        .provider(className)
        .write(folder.resolve("votes.jar"));
    RoomTypes types = PluginLoader.load(folder, getClass().getClassLoader());
    assertThat(types.broken()).isEmpty();
    try (TestNode node = TestNode.builder().roomTypes(types).start()) {
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
}
