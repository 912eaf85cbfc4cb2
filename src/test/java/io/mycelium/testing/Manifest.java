package io.mycelium.testing;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.Yaml;

/** One document of a YAML file. */
public record Manifest(JsonObject json) {
  /** All documents of a file. */
  @SuppressWarnings("unchecked")
  public static List<Manifest> read(Path file) {
    try {
      Iterable<Object> documents = new Yaml().loadAll(Files.readString(file));
      return StreamSupport.stream(documents.spliterator(), false)
          .filter(document -> document instanceof Map)
          .map(document -> new Manifest(new JsonObject((Map<String, Object>) document)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The one document of a file. */
  public static Manifest only(Path file) {
    List<Manifest> all = read(file);
    if (all.size() != 1) {
      throw new AssertionError(file + " has " + all.size() + " documents, expected 1");
    }
    return all.get(0);
  }

  /** The one of that kind and name. */
  public static Manifest find(List<Manifest> all, String kind, String name) {
    List<Manifest> found =
        all.stream().filter(each -> each.kind().equals(kind) && each.name().equals(name)).toList();
    if (found.size() != 1) {
      throw new AssertionError(found.size() + " times " + kind + " " + name + ", expected 1");
    }
    return found.get(0);
  }

  public String kind() {
    return json.getString("kind", "");
  }

  public String name() {
    return String.valueOf(at("metadata.name"));
  }

  /**
   * What is at a path such as {@code spec.ports.0.name}; in place of a list's index stands the name
   * of one of its members: {@code spec.ports.http.port}. Null if nothing is there.
   */
  public Object at(String path) {
    Object value = json;
    for (String step : path.split("\\.")) {
      if (value instanceof JsonObject object) {
        value = object.getValue(step);
      } else if (value instanceof JsonArray list) {
        value = member(list, step);
      } else {
        return null;
      }
    }
    return value;
  }

  private static Object member(JsonArray list, String step) {
    if (step.matches("\\d+")) {
      return Integer.parseInt(step) < list.size() ? list.getValue(Integer.parseInt(step)) : null;
    }
    return list.stream()
        .filter(each -> each instanceof JsonObject object && step.equals(object.getString("name")))
        .findFirst()
        .orElse(null);
  }

  public int number(String path) {
    return at(path) instanceof Number number ? number.intValue() : 0;
  }

  /** The objects of the list at a path; none if there is no list. */
  public Stream<Manifest> list(String path) {
    return at(path) instanceof JsonArray list
        ? list.stream().map(each -> new Manifest((JsonObject) each))
        : Stream.empty();
  }
}
