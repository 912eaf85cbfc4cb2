package io.mycelium;

import io.mycelium.config.ConfigException;
import io.mycelium.ops.Logging;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.rest.Contract;
import java.util.LinkedHashMap;
import java.util.Map;
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
    synopsisSubcommandLabel = "COMMAND")
public final class Main {
  private static final int WRONG_CONFIG = 2;

  private static final Map<String, Class<?>> COMMANDS = new LinkedHashMap<>();

  static {
    COMMANDS.put("serve", ServeCommand.class);
    COMMANDS.put("config", ConfigCommand.class);
    COMMANDS.put("token", TokenCommand.class);
    COMMANDS.put("doctor", DoctorCommand.class);
    COMMANDS.put("bench", BenchCommand.class);
  }

  public static void main(String[] args) {
    // Before the first logger: Logback's own default is DEBUG.
    Logging.configure("text", "info");
    if (args.length > 0 && args[0].equals("serve")) {
      // It needs no option and takes as long as the options do.
      Contract.loaded();
    }
    System.exit(commandLine(args).execute(args));
  }

  /**
   * The command line without the exit, for tests.
   *
   * @param args of which the first names a command, and only that is then looked at: the options of
   *     all of them take a tenth of a second of a start
   */
  static CommandLine commandLine(String... args) {
    CommandLine line = new CommandLine(new Main()).setExecutionExceptionHandler(Main::failed);
    Class<?> named = args.length == 0 ? null : COMMANDS.get(args[0]);
    if (named == null) {
      COMMANDS.forEach(line::addSubcommand);
    } else {
      line.addSubcommand(args[0], named);
    }
    return line;
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
