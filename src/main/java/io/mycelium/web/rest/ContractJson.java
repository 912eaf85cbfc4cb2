package io.mycelium.web.rest;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The build's step that turns {@code openapi.yaml} into {@code openapi.json}: a cold JVM takes a
 * fifth of a second of its start to read it as YAML.
 */
final class ContractJson {
  private ContractJson() {}

  /**
   * @param args the file to write
   */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, ofYaml().encode());
  }

  static JsonObject ofYaml() {
    String yaml = ClassPathFiles.read(Contract.YAML).toString(StandardCharsets.UTF_8);
    Map<String, Object> map = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    return new JsonObject(map);
  }
}
