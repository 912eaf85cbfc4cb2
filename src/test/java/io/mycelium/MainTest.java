package io.mycelium;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void versionIsPrinted() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("mycelium ");
  }

  @Test
  void helpNamesTheCommands() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("serve", "config");
    assertThat(run("serve", "--help")).isZero();
    assertThat(out.toString()).contains("--config", "--demo", "--port");
  }

  @Test
  void noCommandAndWrongOptionExitWithTwo() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("serve", "--prot", "1")).isEqualTo(2);
    assertThat(err.toString()).contains("--prot").doesNotContain("\tat ");
  }

  @Test
  void wrongConfigurationIsOneLineAndExitsWithTwo(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("my.yaml"), "web:\n  prot: 1\n");
    assertThat(run("serve", "--config", file.toString())).isEqualTo(2);
    assertThat(err.toString().lines())
        .singleElement()
        .asString()
        .startsWith("mycelium: ")
        .endsWith("my.yaml: web.prot is not an option, did you mean web.port?");
  }

  @Test
  void configurationCanBeCheckedWithoutServing() {
    assertThat(run("config", "check", "--config", "conf/mycelium.yaml")).isZero();
    assertThat(out.toString()).contains("valid");
  }

  private int run(String... arguments) {
    CommandLine command = Main.commandLine();
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
