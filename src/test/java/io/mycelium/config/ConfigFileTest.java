package io.mycelium.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The file that users start from has the records' options and defaults. */
class ConfigFileTest {
  private static final Pattern SECTION = Pattern.compile("([a-z_]+):");
  private static final Pattern OPTION = Pattern.compile("  (# )?([a-z_]+): (\\S+)");

  private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

  @Test
  void shippedFileHasExactlyTheOptionsThatExist() throws IOException {
    assertThat(options(true)).containsExactlyElementsOf(ConfigKeys.ALL);
  }

  @Test
  void onlyWhatDependsOnTheMachineIsCommentedOut() throws IOException {
    List<String> commentedOut = new ArrayList<>(options(true));
    commentedOut.removeAll(options(false));
    assertThat(commentedOut)
        .containsExactly("instances.max_state_bytes", "instances.worker_pool_size");
  }

  @Test
  void shippedFileHasTheDefaults() {
    MyceliumConfig config = new ConfigLoader(Map.of()).load(ConfigLoader.DEFAULT_FILE, Map.of());
    assertThat(config).isEqualTo(MyceliumConfig.DEFAULT);
  }

  @Test
  void everyOptionIsExplained() throws IOException {
    List<String> lines = Files.readAllLines(ConfigLoader.DEFAULT_FILE);
    for (int i = 0; i < lines.size(); i++) {
      if (OPTION.matcher(lines.get(i)).matches()) {
        assertThat(lines.get(i - 1)).startsWith("  # ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"access.md", "tls.md"})
  void examplesOfTheDocsAreValid(String page, @TempDir Path folder) throws IOException {
    Matcher example = EXAMPLE.matcher(Files.readString(Path.of("docs", page)));
    int found = 0;
    while (example.find()) {
      Path file = Files.writeString(folder.resolve("mycelium.yaml"), example.group(1));
      new ConfigLoader(Map.of()).load(file, Map.of());
      found++;
    }
    assertThat(found).isPositive();
  }

  private static List<String> options(boolean commentedOut) throws IOException {
    List<String> options = new ArrayList<>();
    String section = "";
    for (String line : Files.readAllLines(Path.of("conf", "mycelium.yaml"))) {
      Matcher heading = SECTION.matcher(line);
      Matcher option = OPTION.matcher(line);
      if (heading.matches()) {
        section = heading.group(1);
      } else if (option.matches() && (commentedOut || option.group(1) == null)) {
        options.add(section + "." + option.group(2));
      }
    }
    return options;
  }
}
