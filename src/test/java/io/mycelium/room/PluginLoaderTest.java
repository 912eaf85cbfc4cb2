package io.mycelium.room;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.journal.JournalConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PluginLoaderTest {
  @TempDir Path folder;

  /** Every test has a good plug-in beside the broken one; the good one must load. */
  @BeforeEach
  void aGoodPlugIn() {
    new PluginJar().type("good.Good", "\"good\"", "\"fine\"").write(folder.resolve("good.jar"));
  }

  private RoomTypes load() {
    RoomTypes types = PluginLoader.load(folder, getClass().getClassLoader());
    assertThat(view(types, "good")).isEqualTo("\"fine\"");
    assertThat(view(types, "accumulative")).isEqualTo("{}");
    return types;
  }

  private static String view(RoomTypes types, String type) {
    RoomSettings settings = new RoomSettings(type, null, 10, true, false, Duration.ZERO, null);
    byte[] message =
        new Room(
                "r",
                settings,
                types.open(settings),
                JournalConfig.DEFAULT,
                StateAccount.unlimited(),
                null)
            .stateMessage();
    return Payload.json(message).tree().at("/data/state").toString();
  }

  private static String onlyError(RoomTypes types, String jar) {
    assertThat(types.broken()).extracting(RoomTypes.Broken::source).containsExactly(jar);
    return types.broken().get(0).error();
  }

  private static List<String> onlyErrors(RoomTypes types, String jar) {
    assertThat(types.broken()).isNotEmpty().allMatch(broken -> broken.source().equals(jar));
    return types.broken().stream().map(RoomTypes.Broken::error).toList();
  }

  @Test
  void aMissingFolderHoldsNoPlugIns() {
    RoomTypes types = PluginLoader.load(folder.resolve("absent"), getClass().getClassLoader());
    assertThat(types.broken()).isEmpty();
    assertThat(types.toJson().getJsonArray("types")).hasSize(3);
  }

  @Test
  void aTypeIsListedWithItsJar() {
    JsonObject json = load().toJson();
    assertThat(json.getJsonArray("types"))
        .contains(
            new JsonObject()
                .put("name", "good")
                .put("description", "made by a test")
                .put("source", "good.jar"));
    assertThat(json.getJsonArray("broken")).isEmpty();
  }

  @Test
  void aFileThatIsNoJarIsReported() throws IOException {
    Files.writeString(folder.resolve("text.jar"), "not a zip");
    Files.writeString(folder.resolve("README.md"), "ignored");
    assertThat(onlyError(load(), "text.jar")).startsWith("not a readable jar: ");
  }

  @Test
  void namesThatLeadOutOfAJarLeadNowhere() throws IOException {
    try (JarOutputStream jar =
        new JarOutputStream(Files.newOutputStream(folder.resolve("out.jar")))) {
      for (String name : List.of("../out.txt", "../../out.txt", "/out.txt", "..\\out.txt")) {
        jar.putNextEntry(new ZipEntry(name));
        jar.write("out".getBytes());
      }
      jar.putNextEntry(new ZipEntry("META-INF/services/" + RoomType.class.getName()));
      jar.write("../../good.Good\n/etc/passwd\n".getBytes());
    }
    assertThat(onlyErrors(load(), "out.jar")).allMatch(error -> !error.contains("root:"));
    for (Path from :
        List.of(folder, folder.getParent(), Path.of(""), Path.of(".."), Path.of("/"))) {
      assertThat(from.resolve("out.txt")).doesNotExist();
    }
  }

  @Test
  void aJarWithoutProviderIsReported() {
    new PluginJar().write(folder.resolve("empty.jar"));
    assertThat(onlyError(load(), "empty.jar"))
        .isEqualTo("it names no room type in META-INF/services/io.mycelium.room.spi.RoomType");
  }

  @Test
  void aProviderOfOurOwnIsNotTheJars() {
    new PluginJar().provider("io.mycelium.room.types.SharedType").write(folder.resolve("ours.jar"));
    assertThat(onlyError(load(), "ours.jar")).startsWith("it names no room type");
  }

  @Test
  void aMissingProviderClassIsReportedAndTheJarsOthersAreTaken() {
    PluginJar jar =
        new PluginJar().provider("half.Missing").type("half.There", "\"there\"", "\"yes\"");
    jar.write(folder.resolve("half.jar"));
    RoomTypes types = load();
    assertThat(onlyError(types, "half.jar")).contains("half.Missing").contains("not found");
    assertThat(view(types, "there")).isEqualTo("\"yes\"");
  }

  @Test
  void aClassThatAProviderNeedsAndLacksIsReported() {
    new PluginJar()
        .source("lib.Base", "package lib; public class Base {}")
        .source("lib.Type", "package lib; public class Type extends Base {}")
        .provider("lib.Type")
        .without("lib.Base")
        .write(folder.resolve("lacking.jar"));
    assertThat(onlyError(load(), "lacking.jar")).contains("lib/Base");
  }

  @Test
  void aClassThatIsNoRoomTypeIsReported() {
    new PluginJar()
        .source("other.Thing", "package other; public class Thing {}")
        .provider("other.Thing")
        .write(folder.resolve("other.jar"));
    assertThat(onlyError(load(), "other.jar")).contains("other.Thing").contains("not a subtype");
  }

  @Test
  void aProviderThatThrowsIsReportedWithWhatItThrew() {
    new PluginJar()
        .source("bad.Child", "package bad; public class Child extends Base {}")
        .source(
            "bad.Base",
            """
            package bad;
            public abstract class Base implements io.mycelium.room.spi.RoomType {
              public Base() { throw new IllegalStateException("no licence"); }
              public String name() { return "child"; }
              public String description() { return ""; }
              public io.mycelium.room.spi.RoomLogic<?> open(io.mycelium.room.spi.RoomSettings s) { return null; }
            }
            """)
        .provider("bad.Child")
        .write(folder.resolve("bad.jar"));
    assertThat(onlyError(load(), "bad.jar"))
        .contains("bad.Child")
        .contains("no licence")
        .doesNotContain("\n");
  }

  @Test
  void aNameThatThrowsIsReported() {
    String throwing = namedBy("String.valueOf(1 / \"\".length())");
    new PluginJar()
        .source("bad.Name", throwing)
        .provider("bad.Name")
        .write(folder.resolve("name.jar"));
    assertThat(onlyError(load(), "name.jar")).contains("by zero");
  }

  private static String namedBy(String expression) {
    return "package bad; import io.mycelium.room.spi.*; public class Name implements RoomType {"
        + "public String name() { return "
        + expression
        + "; }"
        + "public String description() { return null; }"
        + "public RoomLogic<?> open(RoomSettings s) { return null; } }";
  }

  @Test
  void aTypeWithoutNameIsReported() {
    new PluginJar()
        .source("bad.Name", namedBy("null"))
        .provider("bad.Name")
        .write(folder.resolve("null.jar"));
    assertThat(onlyError(load(), "null.jar")).contains("bad.Name is null");
  }

  @Test
  void anImpossibleNameIsReported() {
    new PluginJar().type("loud.Loud", "\"Shout It\"", "\"x\"").write(folder.resolve("loud.jar"));
    assertThat(onlyError(load(), "loud.jar"))
        .isEqualTo(
            "name of loud.Loud is Shout It, expected 1 to 32 lower case letters, digits and"
                + " dashes");
  }

  @Test
  void aNameThatIsTakenIsReportedAndTheJarsOthersAreTaken() {
    new PluginJar()
        .type("thief.Second", "\"good\"", "\"stolen\"")
        .type("thief.BuiltIn", "\"shared\"", "\"stolen\"")
        .type("thief.Own", "\"own\"", "\"own\"")
        .write(folder.resolve("thief.jar"));
    RoomTypes types = load();
    assertThat(types.broken())
        .extracting(RoomTypes.Broken::error)
        .containsExactly(
            "name of thief.Second is good, expected one that is free: it is taken by good.jar",
            "name of thief.BuiltIn is shared, expected one that is free: it is taken by built-in");
    assertThat(view(types, "own")).isEqualTo("\"own\"");
  }

  @Test
  void twoPlugInsBringDifferentVersionsOfOneClass() {
    for (String version : List.of("1", "2")) {
      new PluginJar()
          .source(
              "lib.Version",
              "package lib; public class Version { public static String of() { return V; } }"
                  .replace("V;", '"' + version + "\";"))
          .type("user.Type", "\"user-" + version + "\"", "lib.Version.of()")
          .write(folder.resolve("user" + version + ".jar"));
    }
    RoomTypes types = load();
    assertThat(types.broken()).isEmpty();
    assertThat(view(types, "user-1")).isEqualTo("\"1\"");
    assertThat(view(types, "user-2")).isEqualTo("\"2\"");
  }

  @Test
  void aTypeThatCannotOpenARoomIsAnAnswerAndNotATimeOut() {
    new PluginJar()
        .source("bad.Name", namedBy("\"null-logic\""))
        .provider("bad.Name")
        .write(folder.resolve("open.jar"));
    RoomTypes types = load();
    assertThat(types.broken()).isEmpty();
    assertThatThrownBy(() -> view(types, "null-logic"))
        .isInstanceOfSatisfying(
            Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(ErrorCode.INTERNAL))
        .hasMessageContaining("type null-logic of open.jar could not open a room");
  }

  @Test
  void aNodeWithABrokenPlugInStartsAndServesTheGoodOnes() throws IOException {
    Files.writeString(folder.resolve("text.jar"), "not a zip");
    try (TestNode node = TestNode.builder().roomTypes(load()).start()) {
      node.create("{'id':'x','type':'good'}");
      PhoenixSocket ada = node.connect("x");
      ada.join("lobby");
      assertThat(ada.awaitEvent("state").getJsonObject(4).getJsonObject("data").getString("state"))
          .isEqualTo("fine");
      JsonObject types = TestNode.await(node.directory().types());
      assertThat(types.getJsonArray("broken").getJsonObject(0).getString("source"))
          .isEqualTo("text.jar");
    }
  }
}
