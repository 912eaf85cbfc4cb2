package io.mycelium.config;

import io.vertx.core.json.JsonObject;
import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Builds the records from the merged tree of options. An absent key takes its value from the
 * record's default; an unknown key is refused.
 *
 * <p>Does not use Jackson, which reads {@code 4000.7} as 4000 and whose messages name neither the
 * full key nor the expected value.
 */
final class ConfigBinder {
  /** Options of any section whose value no message repeats. */
  private static final Set<String> SECRETS = Set.of("secret", "password", "token", "url");

  private final UnaryOperator<String> origin;

  /**
   * @param origin of a key's value: a file, a variable, an option of the command line
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
    return construct(type, values, "");
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
    if (component.getGenericType() instanceof ParameterizedType type) {
      return collection(type, key, raw);
    }
    try {
      return ConfigValue.read(component.getType(), component.getName(), raw);
    } catch (ConfigValue.Unreadable e) {
      throw wrong(key, key + " is " + shown(component, raw) + ", expected " + e.getMessage());
    }
  }

  private static Object shown(RecordComponent component, Object raw) {
    return SECRETS.contains(component.getName()) ? "not readable" : raw;
  }

  /** A list of texts or records, or a map of records by name. */
  private Object collection(ParameterizedType type, String key, Object raw) {
    Class<?> element = (Class<?>) type.getActualTypeArguments()[0];
    try {
      if (type.getRawType() == Map.class) {
        return records(type, key, ConfigValue.tree(raw));
      }
      if (element == String.class) {
        return ConfigValue.texts(raw);
      }
      List<Object> list = new ArrayList<>();
      for (JsonObject item : ConfigValue.trees(raw)) {
        list.add(element(element, key + "[" + list.size() + "].", item));
      }
      return list;
    } catch (ConfigValue.Unreadable e) {
      // Not the value: a secret may be in it.
      throw wrong(key, key + " is not readable, expected " + e.getMessage());
    }
  }

  private Map<String, Object> records(ParameterizedType type, String key, JsonObject tree)
      throws ConfigValue.Unreadable {
    Class<?> element = (Class<?>) type.getActualTypeArguments()[1];
    Map<String, Object> records = new LinkedHashMap<>();
    for (Map.Entry<String, Object> entry : tree) {
      JsonObject item = ConfigValue.tree(entry.getValue());
      records.put(entry.getKey(), element(element, key + "." + entry.getKey() + ".", item));
    }
    return records;
  }

  /** Absent fields are null, 0 or false, which the record replaces by its defaults. */
  private Object element(Class<?> type, String prefix, JsonObject tree) {
    RecordComponent[] components = type.getRecordComponents();
    refuseUnknown(prefix, tree, components);
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      Class<?> kind = components[i].getType();
      Object absent = kind.isPrimitive() ? Array.get(Array.newInstance(kind, 1), 0) : null;
      values[i] = value(components[i], prefix, tree, absent);
    }
    return construct(type, values, prefix);
  }

  /** A section whose lines are all commented out is null in YAML. */
  private Record section(Record defaults, String key, Object raw) {
    if (raw == null) {
      return defaults;
    }
    if (raw instanceof JsonObject tree) {
      return recordLike(defaults, key + ".", tree);
    }
    // Not the value: a secret may be in it.
    throw wrong(key, key + " is not readable, expected a section of options");
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

  /**
   * @param prefix of the keys in the messages of the record's own check
   */
  private <R> R construct(Class<R> type, Object[] values, String prefix) {
    try {
      Class<?>[] types =
          Arrays.stream(type.getRecordComponents())
              .map(RecordComponent::getType)
              .toArray(Class<?>[]::new);
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      // A record's own check; its message starts with the key.
      String message = prefix + e.getCause().getMessage();
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
