package io.mycelium.config;

import io.vertx.core.json.JsonObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Makes the records out of the merged tree of options. A key that is left out takes its value from
 * the record's default; one that no record has is refused.
 *
 * <p>Done by hand rather than by Jackson, which reads {@code 4000.7} as 4000 and whose messages
 * name neither the full key nor what was expected.
 */
final class ConfigBinder {
  private final UnaryOperator<String> origin;

  /**
   * @param origin where a key's value was given: a file, a variable, an option of the command line
   */
  ConfigBinder(UnaryOperator<String> origin) {
    this.origin = origin;
  }

  MyceliumConfig bind(JsonObject tree) {
    return record(MyceliumConfig.class, "", tree, MyceliumConfig.DEFAULT);
  }

  private <R extends Record> R record(Class<R> type, String prefix, JsonObject tree, R defaults) {
    RecordComponent[] components = type.getRecordComponents();
    refuseUnknown(prefix, tree, components);
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = value(components[i], prefix, tree, get(components[i], defaults));
    }
    return construct(type, values);
  }

  private Object value(
      RecordComponent component, String prefix, JsonObject tree, Object otherwise) {
    String name = ConfigKeys.snakeCase(component.getName());
    String key = prefix + name;
    if (!tree.containsKey(name)) {
      return otherwise;
    }
    Object raw = tree.getValue(name);
    if (otherwise instanceof Record defaults) {
      return section(defaults, key, raw);
    }
    try {
      return ConfigValue.read(component.getType(), component.getName(), raw);
    } catch (ConfigValue.Unreadable e) {
      throw wrong(key, key + " is " + raw + ", expected " + e.getMessage());
    }
  }

  /** A section of which every line is commented out is null in YAML. */
  private Record section(Record defaults, String key, Object raw) {
    if (raw == null) {
      return defaults;
    }
    if (raw instanceof JsonObject tree) {
      return recordLike(defaults, key + ".", tree);
    }
    throw wrong(key, key + " is " + raw + ", expected a section of options");
  }

  @SuppressWarnings("unchecked")
  private <R extends Record> R recordLike(R defaults, String prefix, JsonObject tree) {
    return record((Class<R>) defaults.getClass(), prefix, tree, defaults);
  }

  private void refuseUnknown(String prefix, JsonObject tree, RecordComponent[] components) {
    List<String> known =
        Arrays.stream(components).map(c -> prefix + ConfigKeys.snakeCase(c.getName())).toList();
    for (Map.Entry<String, Object> entry : tree) {
      String key = prefix + entry.getKey();
      if (!known.contains(key)) {
        throw wrong(key, key + " is not an option" + suggestion(key, known));
      }
    }
  }

  /** A sibling with a similar name, else an option of another section. */
  private static String suggestion(String key, List<String> siblings) {
    String sibling = ConfigKeys.suggestion(key, siblings);
    if (!sibling.isEmpty()) {
      return sibling;
    }
    String name = key.substring(key.lastIndexOf('.') + 1);
    List<String> elsewhere = new ArrayList<>(ConfigKeys.ALL);
    elsewhere.removeIf(option -> !option.endsWith("." + name));
    return elsewhere.isEmpty() ? "" : ", did you mean " + elsewhere.get(0) + "?";
  }

  private <R> R construct(Class<R> type, Object[] values) {
    try {
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      // A record's own check, whose message begins with the key.
      String message = String.valueOf(e.getCause().getMessage());
      throw wrong(message.replaceAll("\\s.*", ""), message);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(type + " is not a record of options", e);
    }
  }

  private static Object get(RecordComponent component, Record record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(component + " cannot be read", e);
    }
  }

  private ConfigException wrong(String key, String message) {
    return new ConfigException(origin.apply(key) + ": " + message);
  }
}
