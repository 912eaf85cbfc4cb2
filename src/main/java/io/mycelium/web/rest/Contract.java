package io.mycelium.web.rest;

import io.mycelium.ops.SmallVertx;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.openapi.contract.OpenAPIContract;

/**
 * {@code openapi.yaml}: the served text, the document from which messages are built, and the routes
 * and schemas that Vert.x derives from it. Immutable once loaded. Loading takes half a second in a
 * cold JVM, so a process does it once, on a thread of its own, and all its web verticles share it.
 */
public final class Contract {
  static final String YAML = "openapi.yaml";

  /** The same; {@link ContractJson} makes it. */
  private static final String JSON = "openapi.json";

  private final Buffer text;
  private final JsonObject document;
  private final OpenAPIContract openApi;

  private Contract(Buffer text, JsonObject document, OpenAPIContract openApi) {
    this.text = text;
    this.document = document;
    this.openApi = openApi;
  }

  /**
   * Begins to load at the first call; any thread.
   *
   * @return without a context; fails if the document is not valid OpenAPI 3.1
   */
  public static Future<Contract> loaded() {
    return Loading.CONTRACT.future();
  }

  private static final class Loading {
    static final Promise<Contract> CONTRACT = Promise.promise();

    static {
      Thread loading = new Thread(Loading::load, "mycelium-contract");
      loading.setDaemon(true);
      loading.start();
    }

    private static void load() {
      try {
        CONTRACT.complete(Contract.load());
      } catch (RuntimeException | LinkageError e) {
        CONTRACT.fail(e);
      }
    }
  }

  /** Blocks. With a Vert.x of its own, since the node's may not have started yet. */
  private static Contract load() {
    Buffer text = ClassPathFiles.read(YAML);
    JsonObject document = new JsonObject(ClassPathFiles.read(JSON));
    return new Contract(text, document, SmallVertx.during(vertx -> openApi(vertx, document)));
  }

  private static OpenAPIContract openApi(Vertx vertx, JsonObject document) {
    return OpenAPIContract.from(ClassPathFiles.of(vertx), forVertx(document)).await();
  }

  /**
   * Vert.x 5.0 refuses a contract with application/problem+json or application/x-ndjson, and
   * modifies the contract that it is given.
   */
  private static JsonObject forVertx(JsonObject document) {
    JsonObject copy = document.copy();
    // Its router would want a handler of its own for each scheme; RestApi identifies the caller.
    copy.remove("security");
    JsonObject responses = copy.getJsonObject("components").getJsonObject("responses");
    responses.fieldNames().forEach(name -> responses.getJsonObject(name).remove("content"));
    JsonObject paths = copy.getJsonObject("paths");
    asBytes(paths, "/instances/{id}/export", "get", "/responses/200");
    asBytes(paths, "/instances/{id}/import", "post", "/requestBody");
    return copy;
  }

  private static void asBytes(JsonObject paths, String path, String method, String what) {
    JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
    JsonObject content = (JsonObject) JsonPointer.from(what + "/content").queryJson(operation);
    content.put("application/octet-stream", content.remove(Transfer.NDJSON));
  }

  Buffer text() {
    return text;
  }

  OpenAPIContract openApi() {
    return openApi;
  }

  /**
   * The part of the document at a JSON pointer, e.g. {@code /components/schemas/Config}, references
   * followed.
   */
  JsonObject at(String pointer) {
    return deref((JsonObject) JsonPointer.from(pointer).queryJson(document));
  }

  /** The schema itself, or the one that it refers to. */
  JsonObject deref(JsonObject schema) {
    String ref = schema.getString("$ref");
    return ref == null ? schema : at(ref.substring(1));
  }
}
