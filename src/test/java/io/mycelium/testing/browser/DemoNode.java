package io.mycelium.testing.browser;

import io.mycelium.testing.ServerProcess;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;

/** What the README's command runs, {@code serve --demo --plugins target/plugins}. */
public final class DemoNode {
  private static final String PLUGINS = "target/plugins";

  private DemoNode() {}

  public static ServerProcess start() {
    return start(0, "--demo");
  }

  /**
   * @param port 0 for a free one
   */
  public static ServerProcess start(int port, String... arguments) {
    return start("memory:", port, PLUGINS, arguments);
  }

  /** One whose folder of plug-ins is not there. */
  public static ServerProcess withoutPlugins(String... arguments) {
    return start("memory:", 0, "target/no-plugins", arguments);
  }

  /** One that keeps all in a SQLite file. */
  static ServerProcess durable(Path folder) {
    return start("jdbc:sqlite:" + folder.resolve("m.db"), 0, PLUGINS, "--demo");
  }

  private static ServerProcess start(
      String journal, int port, String plugins, String... arguments) {
    return ServerProcess.withoutTests(
        port,
        Map.of("MYCELIUM_JOURNAL_URL", journal),
        Stream.concat(Stream.of("--plugins", plugins), Stream.of(arguments))
            .toArray(String[]::new));
  }
}
