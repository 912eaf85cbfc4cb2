package io.mycelium.config;

import io.mycelium.ops.SmallVertx;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads the configuration. In rising priority: the records' defaults, a YAML file, {@code
 * MYCELIUM_*} variables, the command line. Blocks; meant for the main thread at start-up.
 */
public final class ConfigLoader {
  /** Read if it exists and no other file was named. */
  static final Path DEFAULT_FILE = Path.of("conf", "mycelium.yaml");

  private final Map<String, String> environment;

  public ConfigLoader(Map<String, String> environment) {
    this.environment = environment;
  }

  /**
   * @param file must exist; null takes {@link #DEFAULT_FILE} if that exists
   * @param commandLine values by key, such as {@code web.port}
   * @throws ConfigException that names file or variable, key, value and what was expected
   */
  public MyceliumConfig load(Path file, Map<String, String> commandLine) {
    Path source = file == null && Files.exists(DEFAULT_FILE) ? DEFAULT_FILE : file;
    Map<String, String> variables = ConfigEnvironment.options(environment);
    ConfigRetrieverOptions options = new ConfigRetrieverOptions().setScanPeriod(-1);
    if (source != null && !isEmpty(source)) {
      options.addStore(yaml(source));
    }
    options.addStore(json(variables)).addStore(json(commandLine));
    JsonObject tree = retrieve(options, source);
    return new ConfigBinder(key -> origin(key, source, variables, commandLine)).bind(tree);
  }

  private static JsonObject retrieve(ConfigRetrieverOptions options, Path source) {
    // The server's own Vert.x cannot be created yet, because its options are in the configuration.
    try {
      return SmallVertx.during(vertx -> ConfigRetriever.create(vertx, options).getConfig().await());
    } catch (RuntimeException e) {
      throw new ConfigException(source + ": not readable as YAML: " + oneLine(e));
    }
  }

  /** Whether all lines are comments, which vertx-config's YAML processor reads as null. */
  private static boolean isEmpty(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.map(String::trim).allMatch(line -> line.isEmpty() || line.startsWith("#"));
    } catch (IOException | UncheckedIOException e) {
      throw new ConfigException(file + ": no such file, or not readable as UTF-8 text");
    }
  }

  private static ConfigStoreOptions yaml(Path file) {
    JsonObject path = new JsonObject().put("path", file.toAbsolutePath().toString());
    return new ConfigStoreOptions().setType("file").setFormat("yaml").setConfig(path);
  }

  private static ConfigStoreOptions json(Map<String, String> options) {
    JsonObject tree = new JsonObject();
    options.forEach(
        (key, value) -> {
          String[] path = key.split("\\.");
          if (!tree.containsKey(path[0])) {
            tree.put(path[0], new JsonObject());
          }
          tree.getJsonObject(path[0]).put(path[1], value);
        });
    return new ConfigStoreOptions().setType("json").setConfig(tree);
  }

  private static String origin(
      String key, Path file, Map<String, String> variables, Map<String, String> commandLine) {
    if (commandLine.containsKey(key)) {
      return "command line";
    }
    if (variables.containsKey(key)) {
      return "environment: " + ConfigKeys.variable(key);
    }
    return file == null ? "defaults" : file.toString();
  }

  /** Where it is and what is wrong, without the line itself: a secret may be in it. */
  private static String oneLine(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
        Mark mark = yaml.getProblemMark();
        int line = mark.getLine() + 1;
        int column = mark.getColumn() + 1;
        String problem = yaml.getProblem().replaceFirst("alias .*", "alias");
        return "line " + line + ", column " + column + ": " + problem;
      }
    }
    return "expected sections of options";
  }
}
