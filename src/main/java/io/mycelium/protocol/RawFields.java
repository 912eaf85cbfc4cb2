package io.mycelium.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/** Splits a JSON object or array without parsing its values: they keep their bytes. */
public final class RawFields {
  private RawFields() {}

  /**
   * The values of an object by their names, in order.
   *
   * @param object JSON that was validated before
   * @throws Refusal ({@code invalid_payload}) if it is not an object, or repeats a name
   */
  public static Map<String, Payload> of(Payload object) {
    if (!object.isObject()) {
      String found = object.isBinary() ? "binary" : "JSON that is no object";
      throw new Refusal(ErrorCode.INVALID_PAYLOAD, "it is " + found + ", expected an object");
    }
    Map<String, Payload> fields = new LinkedHashMap<>();
    forEach(
        object,
        (name, value) -> {
          if (fields.put(name, value) != null) {
            throw new Refusal(
                ErrorCode.INVALID_PAYLOAD, "it has " + name + " twice, expected once");
          }
        });
    return fields;
  }

  /**
   * Each name with its value, in order, as often as it is there.
   *
   * @param object a JSON object that was validated before
   */
  public static void forEach(Payload object, BiConsumer<String, Payload> field) {
    byte[] json = object.bytes();
    JsonScanner in = new JsonScanner(json, 0, json.length);
    in.expect('{');
    while (in.peek() == '"') {
      int from = in.position();
      in.skipValue();
      String name = text(json, from, in.position());
      in.expect(':');
      field.accept(name, value(json, in));
      in.skipIf(',');
    }
  }

  /** A JSON string; parsed only if something in it is escaped. */
  private static String text(byte[] json, int from, int to) {
    for (int i = from; i < to; i++) {
      if (json[i] == '\\') {
        return Payload.json(Arrays.copyOfRange(json, from, to)).tree().textValue();
      }
    }
    return new String(json, from + 1, to - from - 2, StandardCharsets.UTF_8);
  }

  /**
   * The elements of an array, in order.
   *
   * @param array JSON that was validated before
   * @throws Refusal ({@code invalid_payload}) if it is not an array
   */
  public static List<Payload> elements(Payload array) {
    byte[] json = array.bytes();
    JsonScanner in = new JsonScanner(json, 0, json.length);
    if (array.isBinary() || in.peek() != '[') {
      throw new Refusal(ErrorCode.INVALID_PAYLOAD, "it is no array, expected one");
    }
    List<Payload> elements = new ArrayList<>();
    in.expect('[');
    while (in.peek() != ']') {
      elements.add(value(json, in));
      in.skipIf(',');
    }
    return elements;
  }

  private static Payload value(byte[] json, JsonScanner in) {
    in.peek();
    int from = in.position();
    in.skipValue();
    return Payload.json(Arrays.copyOfRange(json, from, in.position()));
  }
}
