package io.mycelium;

import io.mycelium.bus.InstanceDirectory;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The instances of {@code serve --demo}, which the pages under {@code /demo} connect to: one of
 * each built-in type, and one of the example plug-in's type if it is loaded.
 */
final class Demo {
  /** The pages read this file too, to offer to create missing instances. */
  private static final String SPECS = "web/demo/instances.json";

  private Demo() {}

  /** Creates the instances; one that exists already, from a journal, does not change. */
  static Future<Void> create(Vertx vertx, InstanceDirectory directory) {
    return Future.all(vertx.executeBlocking(Demo::specs), directory.types())
        .compose(read -> create(directory, read.resultAt(0), names(read.resultAt(1))));
  }

  private static Buffer specs() throws IOException {
    try (InputStream in = Demo.class.getClassLoader().getResourceAsStream(SPECS)) {
      return Buffer.buffer(in.readAllBytes());
    }
  }

  private static Set<String> names(JsonObject types) {
    return types.getJsonArray("types").stream()
        .map(type -> ((JsonObject) type).getString("name"))
        .collect(Collectors.toSet());
  }

  private static Future<Void> create(InstanceDirectory directory, Buffer specs, Set<String> types) {
    return Future.all(
            new JsonObject(specs)
                .getJsonArray("instances").stream()
                    .map(JsonObject.class::cast)
                    .filter(spec -> types.contains(spec.getString("type")))
                    .map(spec -> create(directory, spec))
                    .toList())
        .mapEmpty();
  }

  private static Future<JsonObject> create(InstanceDirectory directory, JsonObject spec) {
    return directory
        .create(spec)
        .recover(
            cause ->
                cause instanceof Refusal refusal && refusal.code() == ErrorCode.ID_TAKEN
                    ? directory.get(spec.getString("id"))
                    : Future.failedFuture(cause));
  }
}
