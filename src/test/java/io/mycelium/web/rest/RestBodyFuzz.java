package io.mycelium.web.rest;

import io.mycelium.instance.InstanceSpec;
import io.mycelium.protocol.Refusal;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** A body is a value or a {@link Refusal}; one that makes an instance makes the same again. */
public final class RestBodyFuzz {
  private RestBodyFuzz() {}

  public static void fuzzerTestOneInput(byte[] data) {
    try {
      Object value = JsonBody.parse(Buffer.buffer(data));
      if (value instanceof JsonObject json) {
        InstanceSpec spec = InstanceSpec.read(json);
        JsonObject again = InstanceSpec.read(spec.toJson()).toJson();
        if (!again.equals(spec.toJson())) {
          throw new AssertionError(again + " was made of " + spec.toJson());
        }
      }
    } catch (Refusal e) {
      // Told to the client.
    }
  }
}
