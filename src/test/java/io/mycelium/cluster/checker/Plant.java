package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Violation.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/**
 * A bug that the check must find: one class of the server, changed in its source and compiled anew,
 * which stands in front of the build's own. The product has no switch for it.
 */
enum Plant {
  /** Any node may write in any term. */
  NO_FENCING(
      "io/mycelium/journal/jdbc/OwnedGenerations.java",
      Map.of(
          "void enter(String instance, long generation) throws Fenced {",
          "void enter(String instance, long generation) throws Fenced { if (true) { return; }"),
      Set.of(Rule.ONE_OWNER)),

  /** An owner does not know which commands the one before applied. */
  APPLIED_IS_FORGOTTEN(
      "io/mycelium/journal/jdbc/AppliedCommands.java",
      Map.of(
          "List<Applied> found = new ArrayList<>();",
          "List<Applied> found = new ArrayList<>(); if (true) { return found; }"),
      Set.of(Rule.NEVER_TWICE, Rule.ACKED_ONCE)),

  /** Hubs pass on whatever comes next. */
  NO_GAP_CHECK(
      "io/mycelium/connection/HubRoom.java",
      Map.of(
          "} else if (delivery.first() > last + 1) {",
          "} else if (false) {",
          "if (seq > last && held == null && !isEmpty()) {",
          "if (false) {"),
      Set.of(Rule.GAPLESS_VIEW));

  private static final Path SOURCES = Path.of("src", "main", "java");

  private final String file;
  private final Map<String, String> changes;

  /** What the check must say, and nothing else of these: see {@link PlantedBugsIT}. */
  final Set<Rule> breaks;

  Plant(String file, Map<String, String> changes, Set<Rule> breaks) {
    this.file = file;
    this.changes = changes;
    this.breaks = breaks;
  }

  /**
   * Compiles it.
   *
   * @param folder for its source and classes
   * @return the folder that goes in front of the class path
   */
  Path compiled(Path folder) {
    try {
      String source = Files.readString(SOURCES.resolve(file));
      for (Map.Entry<String, String> change : changes.entrySet()) {
        int at = source.indexOf(change.getKey());
        if (at < 0 || source.indexOf(change.getKey(), at + 1) >= 0) {
          throw new AssertionError(file + " must have once: " + change.getKey());
        }
        source = source.replace(change.getKey(), change.getValue());
      }
      Path changed = folder.resolve("source").resolve(file);
      Files.createDirectories(changed.getParent());
      Files.writeString(changed, source);
      return compiled(folder.resolve("classes"), changed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path compiled(Path classes, Path source) throws IOException {
    Files.createDirectories(classes);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    List<String> command =
        List.of(
            "-proc:none",
            "-nowarn",
            "--release",
            "17",
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            classes.toString(),
            source.toString());
    if (compiler.run(null, null, null, command.toArray(String[]::new)) != 0) {
      throw new AssertionError(source + " does not compile");
    }
    return classes;
  }
}
