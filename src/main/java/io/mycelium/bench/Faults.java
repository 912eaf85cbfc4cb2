package io.mycelium.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the server did wrong, by kind, with the first words of each. Any thread. */
final class Faults {
  private static final int EXAMPLES = 3;

  private static final class Kind {
    long count;
    final List<String> examples = new ArrayList<>();
  }

  private final Map<String, Kind> kinds = new TreeMap<>();

  /**
   * @param kind such as {@code gap}
   */
  synchronized void add(String kind, String format, Object... values) {
    Kind known = kinds.computeIfAbsent(kind, ignored -> new Kind());
    known.count++;
    if (known.examples.size() < EXAMPLES) {
      known.examples.add(format.formatted(values));
    }
  }

  synchronized boolean areNone() {
    return kinds.isEmpty();
  }

  synchronized List<String> lines() {
    List<String> lines = new ArrayList<>();
    kinds.forEach(
        (name, kind) ->
            lines.add(name + " " + kind.count + ": " + String.join("; ", kind.examples)));
    return lines;
  }

  synchronized JsonObject json() {
    JsonObject all = new JsonObject();
    kinds.forEach(
        (name, kind) ->
            all.put(
                name,
                new JsonObject()
                    .put("count", kind.count)
                    .put("examples", new JsonArray(List.copyOf(kind.examples)))));
    return all;
  }
}
