package io.mycelium.web.rest;

import io.mycelium.access.Identity;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * A request that fulfils the contract.
 *
 * @param identity who asks
 * @param parameters of path and query by name: strings, longs and lists of strings, defaults filled
 *     in
 * @param body null for operations that have none
 */
record ApiRequest(Identity identity, Map<String, Object> parameters, JsonObject body) {

  String text(String name) {
    return (String) parameters.get(name);
  }

  /** Those of a parameter that may be repeated. */
  @SuppressWarnings("unchecked")
  List<String> texts(String name) {
    return (List<String>) parameters.get(name);
  }

  boolean has(String name) {
    return parameters.get(name) != null;
  }

  long number(String name) {
    return (Long) parameters.get(name);
  }
}
