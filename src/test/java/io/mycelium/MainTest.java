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

  @Test
  void tokenIsAloneOnStandardOutputAndIsTakenByTheConfigurationThatMadeIt(@TempDir Path folder)
      throws IOException {
    String config = config(folder, "0123456789abcdef0123456789abcdef");
    String other = config(folder, "another secret that is as long as the first");
    String[] make = {"token", "--config", config, "--user", "ada", "--instances", "chat*,b"};
    assertThat(run(make)).isZero();
    String token = out.toString().strip();
    assertThat(token).matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    assertThat(err.toString()).contains("user ada", "in instances chat*, b: join, push");

    assertThat(run("token", "check", "--config", config, token)).isZero();
    assertThat(out.toString()).contains("valid\nin instances chat*, b: join");
    assertThat(run("token", "check", "--config", other, token)).isEqualTo(1);
    assertThat(out.toString()).contains("not valid: the token's signature is not by a configured");
  }

  @Test
  void tokenIsExplainedInWords(@TempDir Path folder) throws IOException {
    String config = config(folder, "0123456789abcdef0123456789abcdef");
    assertThat(
            run(
                "token",
                "--config",
                config,
                "--instances",
                "*",
                "--rooms",
                "room:a*=join,history",
                "--scope",
                "messages:write,instances:read",
                "--expires",
                "7d"))
        .isZero();
    assertThat(run("token", "explain", out.toString().strip())).isZero();
    assertThat(out.toString())
        .contains("header: alg HS256", "speaks as nobody, over REST only", "expires at 20")
        .contains("in instances *: join, history in room room:a*; list and read");
    assertThat(run("token", "explain", "nonsense")).isEqualTo(1);
    assertThat(err.toString()).contains("three parts");
  }

  @Test
  void wrongTokenCommandsSayWhatIsMissing(@TempDir Path folder) throws IOException {
    String config = config(folder, "0123456789abcdef0123456789abcdef");
    assertThat(run("token", "--config", config)).isEqualTo(2);
    assertThat(err.toString()).contains("--instances is missing");
    assertThat(run("token", "--config", config, "--instances", "a", "--expires", "0s"))
        .isEqualTo(2);
    assertThat(run("token", "--config", config, "--instances", "a", "--tenant", "x")).isEqualTo(2);
    assertThat(err.toString()).contains("--tenant is x, expected one of []");
    assertThat(run("token", "--config", config, "--instances", "a*b")).isEqualTo(1);
    String none =
        Files.writeString(
                folder.resolve("none.yaml"), "access:\n  secret_file: " + folder + "/none.key\n")
            .toString();
    assertThat(run("token", "--config", none, "--instances", "a")).isEqualTo(2);
    assertThat(err.toString()).contains("none.key, expected a file, which `mycelium serve` makes");
  }

  private static String config(Path folder, String secret) throws IOException {
    Path file = folder.resolve(secret.length() + ".yaml");
    return Files.writeString(file, "access:\n  secret: \"" + secret + "\"\n").toString();
  }

  private int run(String... arguments) {
    CommandLine command = Main.commandLine();
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
