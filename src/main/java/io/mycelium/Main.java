package io.mycelium;

import io.mycelium.config.ConfigException;
import io.mycelium.ops.Logging;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/**
 * The command line. Exit codes: 0 done, 1 failed to start or to drain in time, or ended by code, 2
 * wrong usage or configuration.
 */
@Command(
    name = "mycelium",
    description = "Real-time server platform that speaks the Phoenix Channels protocol.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      ServeCommand.class,
      ConfigCommand.class,
      TokenCommand.class,
      DoctorCommand.class,
      BenchCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final int WRONG_CONFIG = 2;

  public static void main(String[] args) {
    // Before the first logger: Logback's own default is DEBUG.
    Logging.configure("text", "info");
    System.exit(commandLine().execute(args));
  }

  /** The command line without the exit, for tests. */
  static CommandLine commandLine() {
    return new CommandLine(new Main()).setExecutionExceptionHandler(Main::failed);
  }

  private static int failed(Exception cause, CommandLine command, CommandLine.ParseResult parsed) {
    command.getErr().println("mycelium: " + cause.getMessage());
    boolean wrongConfig =
        cause instanceof ConfigException
            || cause instanceof Refusal refusal && refusal.code() == ErrorCode.INVALID_CONFIG;
    return wrongConfig ? WRONG_CONFIG : 1;
  }

  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"mycelium " + Objects.requireNonNullElse(version, "development")};
    }
  }
}
