package io.mycelium.room;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import io.mycelium.room.types.AccumulativeType;
import io.mycelium.room.types.CollaborativeType;
import io.mycelium.room.types.SharedType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The room types of this node: the built-in ones and those of plug-ins, and the plug-ins that could
 * not be loaded. Immutable.
 */
public final class RoomTypes {
  /** The names that a type may have. */
  public static final String NAME = "[a-z0-9-]{1,32}";

  private static final Logger LOG = LoggerFactory.getLogger(RoomTypes.class);
  private static final String BUILT_IN = "built-in";

  /**
   * A type with its source.
   *
   * @param source {@code built-in}, or the plug-in's jar
   */
  public record Source(RoomType type, String source) {}

  /**
   * A type or a whole jar that could not be loaded.
   *
   * @param source the jar
   * @param error what is wrong with it, for people
   */
  public record Broken(String source, String error) {}

  /**
   * A type's name and description at load time: the plug-in's code is not called again for them.
   */
  private record Known(String name, String description, RoomType type, String source) {
    public JsonObject toJson() {
      return new JsonObject()
          .put("name", name)
          .put("description", description)
          .put("source", source);
    }
  }

  private final Map<String, Known> types = new TreeMap<>();
  private final List<Broken> broken;

  /** The built-in types and these; see {@link #RoomTypes(List, List)}. */
  public RoomTypes(List<Source> plugins) {
    this(plugins, List.of());
  }

  /**
   * A plug-in's type with an invalid name, or the name of an existing type, is skipped and added to
   * the broken ones.
   *
   * @param broken plug-ins that could not even be loaded
   */
  public RoomTypes(List<Source> plugins, List<Broken> broken) {
    List.of(new AccumulativeType(), new SharedType(), new CollaborativeType())
        .forEach(type -> types.put(type.name(), known(new Source(type, BUILT_IN))));
    List<Broken> all = new ArrayList<>(broken);
    for (Source plugin : plugins) {
      try {
        take(known(plugin));
      } catch (RuntimeException | LinkageError e) {
        all.add(
            new Broken(
                plugin.source(),
                PluginLoader.chain(e.getMessage() == null ? e.toString() : e.getMessage(), e)));
      }
    }
    this.broken = List.copyOf(all);
  }

  private static Known known(Source plugin) {
    RoomType type = plugin.type();
    return new Known(type.name(), Objects.toString(type.description(), ""), type, plugin.source());
  }

  private void take(Known plugin) {
    String of = " of " + plugin.type().getClass().getName();
    if (plugin.name() == null || !plugin.name().matches(NAME)) {
      throw new IllegalArgumentException(
          "name"
              + of
              + " is "
              + plugin.name()
              + ", expected 1 to 32 lower case letters, digits and dashes");
    }
    Known taken = types.putIfAbsent(plugin.name(), plugin);
    if (taken != null) {
      throw new IllegalArgumentException(
          "name"
              + of
              + " is "
              + plugin.name()
              + ", expected one that is free: it is taken by "
              + taken.source());
    }
  }

  /**
   * As much of {@link #open} as runs no code of a plug-in, which might block: for threads that must
   * not.
   *
   * @throws Refusal if there is no such type, or it is built in and refuses the settings
   */
  public void check(RoomSettings settings) {
    if (find(settings).source().equals(BUILT_IN)) {
      open(settings);
    }
  }

  private Known find(RoomSettings settings) {
    Known found = types.get(settings.type());
    if (found == null) {
      throw Refusal.of(
          ErrorCode.UNKNOWN_TYPE,
          "type",
          settings.type(),
          "one of " + String.join(", ", types.keySet()));
    }
    return found;
  }

  /**
   * The logic of a room; on the thread of its instance.
   *
   * @throws Refusal if there is no such type, or it refuses the settings
   */
  public RoomLogic<?> open(RoomSettings settings) {
    Known found = find(settings);
    try {
      return Objects.requireNonNull(found.type().open(settings), "open returned null");
    } catch (Refusal refusal) {
      throw refusal;
    } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
      LOG.warn("type {} of {} could not open a room", found.name(), found.source(), e);
      throw new Refusal(
          ErrorCode.INTERNAL,
          "type "
              + found.name()
              + " of "
              + found.source()
              + " could not open a room: "
              + PluginLoader.chain(e.toString(), e));
    }
  }

  /** The plug-ins that are missing, and why. */
  public List<Broken> broken() {
    return broken;
  }

  public JsonObject toJson() {
    JsonArray known = new JsonArray();
    types.values().forEach(each -> known.add(each.toJson()));
    JsonArray missing = new JsonArray();
    broken.forEach(
        each ->
            missing.add(new JsonObject().put("source", each.source()).put("error", each.error())));
    return new JsonObject().put("types", known).put("broken", missing);
  }
}
