package io.mycelium;

import io.mycelium.config.ConfigOption;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "config",
    description = "Look at the configuration without starting a node.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    synopsisSubcommandLabel = "COMMAND")
final class ConfigCommand {
  @Spec private CommandSpec spec;

  @Command(
      description = "Check the file and the MYCELIUM_ variables; exit with 2 if they are wrong.",
      mixinStandardHelpOptions = true)
  void check(@Mixin ConfigOption file) {
    file.load(Map.of());
    spec.commandLine().getOut().println("the configuration is valid");
  }
}
