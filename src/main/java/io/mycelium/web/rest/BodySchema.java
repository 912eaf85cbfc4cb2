package io.mycelium.web.rest;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import io.vertx.json.schema.impl.Utils;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The schema of one operation's body: finds each wrong value, names it and says what was expected.
 */
final class BodySchema {
  /** Keywords whose errors only say that a nested value is wrong; that value has its own error. */
  private static final Set<String> OUTER = Set.of("$ref", "properties", "propertyNames");

  private final Contract contract;
  private final JsonObject schema;
  private final Validator validator;

  BodySchema(Contract contract, Operation operation) {
    this.contract = contract;
    MediaType json = operation.getRequestBody().getContent().get(MediaType.APPLICATION_JSON);
    this.validator = contract.openApi().getSchemaRepository().validator(json.getSchema());
    // The operation's model has its references resolved; the document still has their names.
    String path = operation.getOpenAPIPath().replace("/", "~1");
    String method = operation.getHttpMethod().name().toLowerCase(Locale.ROOT);
    this.schema =
        contract.at(
            "/paths/" + path + "/" + method + "/requestBody/content/application~1json/schema");
  }

  /** Empty if the body is valid. */
  List<Violation> violations(Object body) {
    OutputUnit result = validator.validate(body);
    if (Boolean.TRUE.equals(result.getValid())) {
      return List.of();
    }
    Map<String, Violation> byField = new LinkedHashMap<>();
    for (OutputUnit unit : result.getErrors()) {
      for (Violation violation : violations(unit, body)) {
        byField.putIfAbsent(violation.field(), violation);
      }
    }
    return List.copyOf(byField.values());
  }

  private List<Violation> violations(OutputUnit unit, Object body) {
    String location = unit.getAbsoluteKeywordLocation();
    String pointer = location.substring(location.indexOf('#') + 1);
    int slash = pointer.lastIndexOf('/');
    String keyword = pointer.substring(slash + 1);
    if (OUTER.contains(keyword)) {
      return List.of();
    }
    JsonObject broken = schemaAt(pointer.substring(0, slash));
    List<String> path = path(unit.getInstanceLocation(), body);
    return switch (keyword) {
      case "required" -> missingKeys(broken, path, body);
      case "additionalProperties" -> unknownKey(broken, path, body);
      default -> List.of(wrongValue(unit, broken, path, body));
    };
  }

  private JsonObject schemaAt(String pointer) {
    if (pointer.startsWith("/components/")) {
      return contract.at(pointer);
    }
    return (JsonObject) JsonPointer.from(pointer).queryJson(schema);
  }

  private List<Violation> missingKeys(JsonObject broken, List<String> path, Object body) {
    JsonObject given = (JsonObject) valueAt(path, body);
    List<Violation> missing = new ArrayList<>();
    for (Object name : broken.getJsonArray("required")) {
      if (!given.containsKey((String) name)) {
        JsonObject property =
            contract.deref(broken.getJsonObject("properties").getJsonObject((String) name));
        missing.add(new Violation(field(path, (String) name), null, SchemaWords.of(property)));
      }
    }
    return missing;
  }

  private static List<Violation> unknownKey(JsonObject broken, List<String> path, Object body) {
    String key = path.get(path.size() - 1);
    boolean closed = Boolean.FALSE.equals(broken.getValue("additionalProperties"));
    // The validator also counts a known key whose value is wrong among the additional ones.
    if (!closed || broken.getJsonObject("properties").containsKey(key)) {
      return List.of();
    }
    String value = Json.encode(valueAt(path, body));
    return List.of(new Violation(field(path), value, SchemaWords.keysOf(broken)));
  }

  private static Violation wrongValue(
      OutputUnit unit, JsonObject broken, List<String> path, Object body) {
    String expected = SchemaWords.of(broken);
    if (unit.getKeywordLocation().contains("/propertyNames/")) {
      String name = path.get(path.size() - 1);
      return new Violation(
          field(path.subList(0, path.size() - 1)), Json.encode(name), "a name of " + expected);
    }
    return new Violation(
        path.isEmpty() ? "body" : field(path), Json.encode(valueAt(path, body)), expected);
  }

  private static Object valueAt(List<String> path, Object body) {
    Object value = body;
    for (String key : path) {
      value =
          value instanceof JsonArray array
              ? array.getValue(Integer.parseInt(key))
              : ((JsonObject) value).getValue(key);
    }
    return value;
  }

  /**
   * The keys in an instance location such as {@code #/rooms/a~1b%20c}. They are looked up in the
   * body because they cannot be decoded: Vert.x writes the byte 8 as {@code %8}.
   */
  private static List<String> path(String location, Object body) {
    List<String> keys = new ArrayList<>();
    Object value = body;
    String[] parts = location.split("/", -1);
    for (String part : List.of(parts).subList(1, parts.length)) {
      String key = value instanceof JsonObject object ? keyOf(object, part) : part;
      keys.add(key);
      value = valueAt(List.of(key), value);
    }
    return keys;
  }

  private static String keyOf(JsonObject object, String part) {
    return object.fieldNames().stream()
        .filter(key -> Utils.Pointers.encode(key).equals(part))
        .findFirst()
        .orElse(part);
  }

  private static String field(List<String> path, String... more) {
    List<String> all = new ArrayList<>(path);
    all.addAll(List.of(more));
    return String.join(".", all);
  }
}
