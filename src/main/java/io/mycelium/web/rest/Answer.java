package io.mycelium.web.rest;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * The result of a successful operation.
 *
 * @param status HTTP status
 * @param location path of the created resource, or null
 * @param body JSON text, or null for none
 */
record Answer(int status, String location, Buffer body) {
  static final Answer NO_CONTENT = new Answer(204, null, null);

  static Answer ok(JsonObject body) {
    return ok(body.toBuffer());
  }

  static Answer ok(Buffer json) {
    return new Answer(200, null, json);
  }

  static Answer created(String location, JsonObject body) {
    return new Answer(201, location, body.toBuffer());
  }

  void write(HttpServerResponse response) {
    response.setStatusCode(status);
    if (location != null) {
      response.putHeader(HttpHeaders.LOCATION, location);
    }
    if (body == null) {
      response.end();
    } else {
      response.putHeader(HttpHeaders.CONTENT_TYPE, "application/json").end(body);
    }
  }
}
