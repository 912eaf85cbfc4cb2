package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.FreePorts;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mycelium doctor} as a process: what it prints, and its exit code. */
class DoctorCommandTest {
  @TempDir Path folder;

  private record Ended(int code, String output) {}

  /** In the folder, as a user who is held to the permissions of files. */
  private Ended doctor(Map<String, String> options, String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("doctor"));
    all.addAll(List.of(arguments));
    ProcessBuilder builder =
        ServerProcess.command(
            List.of("-XX:TieredStopAtLevel=1", "-Xmx64m"),
            System.getProperty("java.class.path"),
            all);
    if (System.getProperty("user.name").equals("root")) {
      builder.command().addAll(0, List.of("setpriv", "--bounding-set=-all"));
    }
    builder.environment().put("MYCELIUM_WEB_MAX_CONNECTIONS", "100");
    builder.environment().put("MYCELIUM_WEB_PORT", Integer.toString(FreePorts.one()));
    builder.environment().putAll(options);
    Process process = builder.start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    return new Ended(process.waitFor(), output);
  }

  private Map<String, String> files() {
    return Map.of(
        "MYCELIUM_JOURNAL_URL",
        "jdbc:sqlite:" + folder.resolve("data/mycelium.db"),
        "MYCELIUM_ACCESS_SECRET_FILE",
        folder.resolve("data/secret.key").toString());
  }

  @Test
  void linesAndASumAndNothingElseArePrinted() throws Exception {
    Ended ended = doctor(files());
    assertThat(ended.output().lines().toList())
        .hasSize(9)
        .allMatch(line -> line.matches("ok {7}\\S.*|8 checks: 8 ok, 0 with a warning, 0 failed"));
    assertThat(ended.code()).isZero();
  }

  @Test
  void aFolderThatCannotBeWrittenEndsInOneWithAnAdvice() throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      Ended ended = doctor(files(), "--json");
      JsonObject json = new JsonObject(ended.output());
      assertThat(json.getString("status")).isEqualTo("failed");
      assertThat(json.getJsonArray("checks").stream().map(JsonObject.class::cast))
          .filteredOn(check -> check.getString("status").equals("failed"))
          .extracting(check -> check.getString("check"), check -> check.getString("found"))
          .satisfiesExactlyInAnyOrder(
              access -> assertThat(access.toList().get(1)).asString().contains("is not writable"),
              store -> assertThat(store.toList()).contains("store", folder + " is not writable"));
      assertThat(ended.output()).contains("let this user write there");
      assertThat(ended.code()).isEqualTo(1);
    } finally {
      Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aWrongConfigurationIsOneLineAndEndsInOne() throws Exception {
    Path file = Files.writeString(folder.resolve("my.yaml"), "web:\n  prot: 1\n");
    Ended ended = doctor(Map.of(), "--config", file.toString());
    assertThat(ended.output().lines().findFirst().orElseThrow())
        .startsWith("failed   configuration")
        .contains("my.yaml: web.prot is not an option, did you mean web.port?");
    assertThat(ended.code()).isEqualTo(1);
  }

  @Test
  void wrongUsageEndsInTwo() throws IOException {
    StringWriter err = new StringWriter();
    int code = Main.commandLine().setErr(new PrintWriter(err, true)).execute("doctor", "--jsn");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("--jsn");
  }
}
