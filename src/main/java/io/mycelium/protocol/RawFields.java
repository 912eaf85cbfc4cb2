package io.mycelium.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Takes a JSON object or array apart without parsing what is in it: values keep their bytes. */
public final class RawFields {
  private RawFields() {}

  /**
   * The values of an object by their names, in order.
   *
   * @param object JSON that was validated before
   * @throws Refusal ({@code invalid_payload}) if it is no object, or names something twice
   */
  public static Map<String, Payload> of(Payload object) {
    if (!object.isObject()) {
      String found = object.isBinary() ? "binary" : "JSON that is no object";
      throw new Refusal(ErrorCode.INVALID_PAYLOAD, "it is " + found + ", expected an object");
    }
    byte[] json = object.bytes();
    JsonScanner in = new JsonScanner(json, 0, json.length);
    Map<String, Payload> fields = new LinkedHashMap<>();
    in.expect('{');
    while (in.peek() == '"') {
      String name = value(json, in).tree().textValue();
      in.expect(':');
      if (fields.put(name, value(json, in)) != null) {
        throw new Refusal(ErrorCode.INVALID_PAYLOAD, "it has " + name + " twice, expected once");
      }
      in.skipIf(',');
    }
    return fields;
  }

  /**
   * The elements of an array, in order.
   *
   * @param array JSON that was validated before
   * @throws Refusal ({@code invalid_payload}) if it is no array
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
