package io.mycelium.room.types;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import java.util.Base64;
import java.util.Map;

/**
 * A collaborative room's state as JSON: <code>
 * {"ada": {"json": ...}, "bob": {"binary": "&lt;base64&gt;"}}
 * </code>.
 */
final class CollaborativeSnapshot {
  private static final byte[] JSON = JsonWriter.constant(":{\"json\":");
  private static final byte[] BINARY = JsonWriter.constant(":{\"binary\":");

  private CollaborativeSnapshot() {}

  static Payload write(Map<String, Payload> users) {
    JsonWriter out = new JsonWriter(2 + users.size() * 96).raw('{');
    boolean first = true;
    for (Map.Entry<String, Payload> user : users.entrySet()) {
      if (!first) {
        out.raw(',');
      }
      first = false;
      out.quote(user.getKey());
      Payload payload = user.getValue();
      if (payload.isBinary()) {
        out.raw(BINARY).quote(Base64.getEncoder().encodeToString(payload.bytes()));
      } else {
        out.raw(JSON).raw(payload.bytes());
      }
      out.raw('}');
    }
    return Payload.json(out.raw('}').toBytes());
  }

  static Payloads read(Payload saved, Payloads empty) {
    Payloads users = empty;
    for (Map.Entry<String, JsonNode> user : saved.tree().properties()) {
      JsonNode binary = user.getValue().get("binary");
      Payload payload =
          binary == null
              ? Payload.of(user.getValue().get("json"))
              : Payload.binary(Base64.getDecoder().decode(binary.textValue()));
      users = users.plus(user.getKey(), payload);
    }
    return users;
  }
}
