package io.mycelium.access.token;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads JSON that decides about access, strictly: UTF-8, no text behind the value, little nesting,
 * and no key twice, since readers differ in which of the two counts.
 */
final class JsonText {
  private static final int MAX_DEPTH = 8;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(32)
                          .build())
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Says why a text could not be read, in words for a person; quotes the text. */
  static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message, null, false, false);
    }
  }

  private JsonText() {}

  static JsonNode object(byte[] utf8) throws Malformed {
    JsonNode node;
    try {
      // Jackson takes the encoding from the first bytes; here it is UTF-8.
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
      node = MAPPER.readTree(text);
    } catch (CharacterCodingException e) {
      throw new Malformed("not UTF-8");
    } catch (JsonProcessingException e) {
      String message = String.valueOf(e.getOriginalMessage());
      throw new Malformed(
          message.startsWith("Duplicate field")
              ? "JSON with a key that it has twice"
              : "not the JSON of one object");
    } catch (IOException e) {
      throw new Malformed("not readable");
    }
    if (node == null || !node.isObject()) {
      throw new Malformed("not the JSON of one object");
    }
    return node;
  }
}
