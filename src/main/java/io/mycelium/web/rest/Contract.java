package io.mycelium.web.rest;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.pointer.JsonPointer;
import io.vertx.openapi.contract.OpenAPIContract;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * {@code openapi.yaml}: the served text, the document from which messages are built, and the routes
 * and schemas that Vert.x derives from it. Immutable once loaded. Loading takes half a second in a
 * cold JVM, so a node loads it once and its web verticles share it.
 */
public final class Contract {
  private static final String RESOURCE = "openapi.yaml";

  private final Buffer text;
  private final JsonObject document;
  private final OpenAPIContract openApi;

  private Contract(Buffer text, JsonObject document, OpenAPIContract openApi) {
    this.text = text;
    this.document = document;
    this.openApi = openApi;
  }

  /** Fails if the document is not valid OpenAPI 3.1. */
  public static Future<Contract> load(Vertx vertx) {
    Future<Buffer> text = vertx.executeBlocking(() -> ClassPathFiles.read(RESOURCE));
    Future<JsonObject> document = text.compose(yaml -> vertx.executeBlocking(() -> parse(yaml)));
    return document
        .compose(json -> OpenAPIContract.from(ClassPathFiles.of(vertx), forVertx(json)))
        .map(openApi -> new Contract(text.result(), document.result(), openApi));
  }

  private static JsonObject parse(Buffer yaml) {
    Yaml parser = new Yaml(new SafeConstructor(new LoaderOptions()));
    Map<String, Object> map = parser.load(yaml.toString(StandardCharsets.UTF_8));
    return new JsonObject(map);
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
