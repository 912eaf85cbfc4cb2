package io.mycelium.web.rest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads the JSON of a body strictly (RFC 8259) and without loss: a repeated key is refused, a
 * fraction keeps every digit, and a top-level {@code payload} keeps its text. A {@link Refusal}
 * names line and column.
 */
public final class JsonBody {
  /** Top-level key whose value is not parsed: it becomes a string that holds its JSON text. */
  static final String RAW = "payload";

  /** The same depth limit as for a payload on a socket. */
  private static final int MAX_DEPTH = 128;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private final String text;
  private final JsonParser parser;

  private JsonBody(String text, JsonParser parser) {
    this.text = text;
    this.parser = parser;
  }

  /** The body's value: JsonObject, JsonArray, String, Number, Boolean or null. */
  public static Object parse(Buffer body) {
    String text = utf8(body);
    try (JsonParser parser = FACTORY.createParser(text)) {
      return new JsonBody(text, parser).document();
    } catch (JsonProcessingException e) {
      throw malformed(e.getOriginalMessage(), e.getLocation());
    } catch (IOException e) {
      throw new Refusal(ErrorCode.BAD_REQUEST, "the body is no JSON: " + e.getMessage());
    }
  }

  private static String utf8(Buffer body) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(body.getBytes()))
          .toString();
    } catch (CharacterCodingException e) {
      throw new Refusal(ErrorCode.BAD_REQUEST, "the body is not UTF-8");
    }
  }

  private Object document() throws IOException {
    if (parser.nextToken() == null) {
      throw new JsonParseException(parser, "it is empty");
    }
    Object value = value(true);
    if (parser.nextToken() != null) {
      throw new JsonParseException(parser, "there is more after its end");
    }
    return value;
  }

  private Object value(boolean top) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object(top);
      case START_ARRAY -> array();
      case VALUE_STRING -> wellFormed(parser.getText());
      case VALUE_NUMBER_INT -> parser.getNumberValue();
      case VALUE_NUMBER_FLOAT -> fraction(parser.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private JsonObject object(boolean top) throws IOException {
    JsonObject object = new JsonObject();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String key = wellFormed(parser.currentName());
      if (object.containsKey(key)) {
        throw new JsonParseException(parser, "the key \"" + key + "\" is there twice");
      }
      parser.nextToken();
      object.put(key, top && key.equals(RAW) ? raw() : value(false));
    }
    return object;
  }

  private JsonArray array() throws IOException {
    JsonArray array = new JsonArray();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      array.add(value(false));
    }
    return array;
  }

  /** An escape may produce half a surrogate pair, which UTF-8 cannot encode. */
  private String wellFormed(String read) throws JsonParseException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(read)) {
      throw new JsonParseException(parser, "half of a surrogate pair is no character");
    }
    return read;
  }

  private String raw() throws IOException {
    int start = (int) parser.currentTokenLocation().getCharOffset();
    parser.skipChildren();
    parser.finishToken();
    return text.substring(start, (int) parser.currentLocation().getCharOffset()).strip();
  }

  /**
   * A double if it is the exact number, otherwise a decimal. Numbers beyond the range of a double
   * are refused.
   */
  private Number fraction(String digits) throws IOException {
    double number = Double.parseDouble(digits);
    BigDecimal decimal;
    try {
      decimal = new BigDecimal(digits);
    } catch (NumberFormatException e) {
      throw new JsonParseException(parser, "the exponent of a number is out of range");
    }
    if (Double.isInfinite(number) || number == 0 && decimal.signum() != 0) {
      throw new JsonParseException(parser, "the number " + digits + " is out of range");
    }
    return new BigDecimal(Double.toString(number)).compareTo(decimal) == 0
        ? (Number) number
        : decimal;
  }

  private static Refusal malformed(String reason, JsonLocation at) {
    String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
    return new Refusal(ErrorCode.BAD_REQUEST, "the body is no JSON" + where + ": " + reason);
  }
}
