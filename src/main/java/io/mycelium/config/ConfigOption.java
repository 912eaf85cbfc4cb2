package io.mycelium.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine.Option;

/** The option that names the configuration file, for the commands that read it. */
public final class ConfigOption {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file; without it conf/mycelium.yaml, if that exists.")
  private Path file;

  /** As it was given, with a space before it; empty if it was not. */
  public String argument() {
    return file == null ? "" : " --config " + file;
  }

  /**
   * Where the options come from: {@code conf/mycelium.yaml and MYCELIUM_ variables: 3}.
   *
   * @throws ConfigException for a variable that looks like an option but names none
   */
  public String described() {
    Path source =
        file == null && Files.exists(ConfigLoader.DEFAULT_FILE) ? ConfigLoader.DEFAULT_FILE : file;
    int variables = ConfigEnvironment.options(System.getenv()).size();
    return (source == null ? "the defaults" : source.toString())
        + (variables == 0 ? "" : " and MYCELIUM_ variables: " + variables);
  }

  public MyceliumConfig load(Map<String, String> commandLine) {
    return new ConfigLoader(System.getenv()).load(file, commandLine);
  }
}
