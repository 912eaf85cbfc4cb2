package io.mycelium.web.rest;

import io.mycelium.access.Identity;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.json.schema.Validator;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Checks the requests of one operation against the contract. Vert.x's own check is not used: it
 * reads a room named 3.14 as a number, stops at the first wrong value, and names neither the given
 * nor the expected value.
 */
final class RequestCheck {
  /**
   * A larger body is parsed on a worker thread, because it would block the sockets of this event
   * loop.
   */
  private static final int INLINE_BYTES = 16_384;

  private final Map<Parameter, Validator> parameters = new LinkedHashMap<>();
  private final Map<Parameter, JsonObject> parameterSchemas = new HashMap<>();
  private final Set<String> queryNames = new HashSet<>();
  private final BodySchema bodySchema;
  private final ErrorCode bodyCode;

  RequestCheck(Contract contract, Operation operation) {
    OpenAPIContract openApi = contract.openApi();
    for (Parameter parameter : operation.getParameters()) {
      parameters.put(parameter, openApi.getSchemaRepository().validator(parameter.getSchema()));
      parameterSchemas.put(parameter, (JsonObject) parameter.getSchema());
      if (parameter.getIn() == Location.QUERY) {
        queryNames.add(parameter.getName());
      }
    }
    this.bodySchema =
        operation.getRequestBody() == null
                || Transfer.OPERATIONS.contains(operation.getOperationId())
            ? null
            : new BodySchema(contract, operation);
    this.bodyCode =
        operation.getOperationId().equals("sendMessage")
            ? ErrorCode.INVALID_PAYLOAD
            : ErrorCode.INVALID_CONFIG;
  }

  /** Fails with {@link InvalidRequest} or {@link Refusal}. */
  Future<ApiRequest> check(RoutingContext ctx, Identity identity) {
    Map<String, Object> values = parameters(ctx);
    if (bodySchema == null) {
      return Future.succeededFuture(new ApiRequest(identity, values, null));
    }
    Buffer bytes = ctx.body().buffer();
    Buffer text = bytes == null ? Buffer.buffer() : bytes;
    Future<JsonObject> body =
        text.length() > INLINE_BYTES
            ? ctx.vertx().executeBlocking(() -> body(text), false)
            : Future.succeededFuture(body(text));
    return body.map(json -> new ApiRequest(identity, values, json));
  }

  private JsonObject body(Buffer text) {
    Object value = JsonBody.parse(text);
    List<Violation> violations = bodySchema.violations(value);
    if (!violations.isEmpty()) {
      throw new InvalidRequest(bodyCode, violations);
    }
    return (JsonObject) value;
  }

  /**
   * @throws InvalidRequest that names each wrong parameter
   */
  Map<String, Object> parameters(RoutingContext ctx) {
    MultiMap query = ctx.queryParams();
    List<Violation> violations = new ArrayList<>();
    refuseUnknown(query, violations);
    Map<String, Object> values = new HashMap<>();
    for (Parameter parameter : parameters.keySet()) {
      String name = parameter.getName();
      List<String> given =
          parameter.getIn() == Location.PATH ? List.of(ctx.pathParam(name)) : query.getAll(name);
      values.put(name, value(parameter, given, violations));
    }
    if (!violations.isEmpty()) {
      throw new InvalidRequest(ErrorCode.BAD_REQUEST, violations);
    }
    return values;
  }

  private void refuseUnknown(MultiMap query, List<Violation> violations) {
    String known =
        queryNames.isEmpty() ? "no query parameter" : "one of " + String.join(", ", queryNames);
    for (String name : query.names()) {
      if (!queryNames.contains(name)) {
        String shown = name.toLowerCase(Locale.ROOT).contains("token") ? "***" : query.get(name);
        violations.add(new Violation(name, shown, known));
      }
    }
  }

  private Object value(Parameter parameter, List<String> given, List<Violation> violations) {
    JsonObject schema = parameterSchemas.get(parameter);
    if (given.isEmpty()) {
      Object standard = schema.getValue("default");
      return standard instanceof Number number ? number.longValue() : standard;
    }
    String type = schema.getString("type");
    if (type.equals("array")) {
      return list(parameter, given, violations);
    }
    Object value = typed(type, given.get(0));
    if (given.size() > 1) {
      violations.add(new Violation(parameter.getName(), String.join(", ", given), "one value"));
    } else if (!isValid(parameter, value)) {
      violations.add(new Violation(parameter.getName(), given.get(0), SchemaWords.of(schema)));
    }
    return value;
  }

  /** A parameter that may be repeated. */
  private List<String> list(Parameter parameter, List<String> given, List<Violation> violations) {
    if (!isValid(parameter, new JsonArray(given))) {
      String expected = SchemaWords.of(parameterSchemas.get(parameter));
      violations.add(new Violation(parameter.getName(), String.join(", ", given), expected));
    }
    return given;
  }

  private boolean isValid(Parameter parameter, Object value) {
    return Boolean.TRUE.equals(parameters.get(parameter).validate(value).getValid());
  }

  /**
   * A parameter is text; it is read as an integer if its schema requires one and the text looks
   * like one.
   */
  private static Object typed(String type, String text) {
    if (!"integer".equals(type)) {
      return text;
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return text;
    }
  }
}
