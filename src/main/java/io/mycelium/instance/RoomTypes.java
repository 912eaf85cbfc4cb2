package io.mycelium.instance;

import io.mycelium.instance.spi.RoomLogic;
import io.mycelium.instance.spi.RoomSettings;
import io.mycelium.instance.spi.RoomType;
import io.mycelium.instance.types.AccumulativeType;
import io.mycelium.instance.types.CollaborativeType;
import io.mycelium.instance.types.SharedType;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The room types of this node: the built-in ones and those of plug-ins. Immutable. */
public final class RoomTypes {
  /** What a type may be called. */
  static final String NAME = "[a-z0-9-]{1,32}";

  /**
   * A type with where it is from.
   *
   * @param source {@code built-in}, or the plug-in's jar
   */
  public record Source(RoomType type, String source) {}

  private final Map<String, Source> types = new TreeMap<>();

  /**
   * @param plugins must not take the name of a built-in type or of one another
   */
  public RoomTypes(List<Source> plugins) {
    List.of(new AccumulativeType(), new SharedType(), new CollaborativeType())
        .forEach(type -> types.put(type.name(), new Source(type, "built-in")));
    for (Source plugin : plugins) {
      Source taken = types.putIfAbsent(plugin.type().name(), plugin);
      if (taken != null) {
        throw new IllegalArgumentException(
            "type "
                + plugin.type().name()
                + " of "
                + plugin.source()
                + " is there already, from "
                + taken.source());
      }
    }
  }

  RoomLogic<?> open(RoomSettings settings) {
    Source found = types.get(settings.type());
    if (found == null) {
      throw Refusal.of(
          ErrorCode.UNKNOWN_TYPE,
          "type",
          settings.type(),
          "one of " + String.join(", ", types.keySet()));
    }
    return found.type().open(settings);
  }

  JsonObject toJson() {
    JsonArray array = new JsonArray();
    for (Source each : types.values()) {
      array.add(
          new JsonObject()
              .put("name", each.type().name())
              .put("description", each.type().description())
              .put("source", each.source()));
    }
    return new JsonObject().put("types", array);
  }
}
