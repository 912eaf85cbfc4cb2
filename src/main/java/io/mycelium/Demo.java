package io.mycelium;

import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The instances of {@code serve --demo}: one of each built-in type. */
final class Demo {
  private static final JsonObject NO_SETTINGS = new JsonObject();

  private static final List<JsonObject> SPECS =
      List.of(
          spec("chat", "accumulative")
              .put(
                  "rooms", new JsonObject().put("general", NO_SETTINGS).put("random", NO_SETTINGS)),
          spec("draw", "shared")
              .put("config", new JsonObject().put("open", true))
              .put("rooms", new JsonObject().put("board", NO_SETTINGS)),
          spec("move", "collaborative").put("config", new JsonObject().put("patch_interval", 50)));

  private Demo() {}

  /** Creates them; one that is there already, from a journal, stays as it is. */
  static Future<Void> create(InstanceDirectory directory) {
    return Future.all(SPECS.stream().map(spec -> create(directory, spec)).toList()).mapEmpty();
  }

  private static Future<JsonObject> create(InstanceDirectory directory, JsonObject spec) {
    return directory
        .create(spec.copy())
        .recover(
            cause ->
                cause instanceof Refusal refusal && refusal.code() == ErrorCode.ID_TAKEN
                    ? directory.get(spec.getString("id"))
                    : Future.failedFuture(cause));
  }

  private static JsonObject spec(String id, String type) {
    return new JsonObject().put("id", id).put("type", type);
  }
}
