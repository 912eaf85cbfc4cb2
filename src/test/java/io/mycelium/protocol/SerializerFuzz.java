package io.mycelium.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * Whatever comes is a message or a {@link MalformedFrameException}; and what is taken for a text
 * message is JSON to another parser as well, for it goes on to other clients as it came.
 */
public final class SerializerFuzz {
  private static final JsonFactory JACKSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(10_000)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private SerializerFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    // Connection looks at that first.
    if (Utf8.isValid(data, data.length)) {
      text(Serializer.V1, data);
      text(Serializer.V2, data);
    }
    try {
      Serializer.V2.decodeBinary(data.clone(), data.length);
    } catch (MalformedFrameException e) {
      // Told to the client.
    }
  }

  private static void text(Serializer serializer, byte[] data) throws IOException {
    try {
      if (serializer.decodeText(data.clone(), data.length).fault() != null) {
        return;
      }
    } catch (MalformedFrameException e) {
      return;
    }
    try (JsonParser parser = JACKSON.createParser(data)) {
      parser.nextToken();
      parser.skipChildren();
      if (parser.nextToken() != null) {
        throw new AssertionError("there is more behind the message");
      }
    }
  }
}
