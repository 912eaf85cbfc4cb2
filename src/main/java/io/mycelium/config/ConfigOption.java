package io.mycelium.config;

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

  public MyceliumConfig load(Map<String, String> commandLine) {
    return new ConfigLoader(System.getenv()).load(file, commandLine);
  }
}
