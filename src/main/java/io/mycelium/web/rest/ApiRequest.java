package io.mycelium.web.rest;

import io.mycelium.access.Action;
import io.mycelium.access.Identity;
import io.mycelium.access.Permissions;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/**
 * A request that conforms to the contract.
 *
 * @param identity of the caller
 * @param parameters of path and query by name: strings, longs and lists of strings, defaults filled
 *     in
 * @param body null for operations without a body
 */
record ApiRequest(Identity identity, Map<String, Object> parameters, JsonObject body) {

  /**
   * This request, if whoever asks may do that to the instance and room that it names.
   *
   * @throws Refusal {@code forbidden}
   */
  ApiRequest permitted(Action action) {
    Refusal refusal = Permissions.check(identity, action, instance(), room());
    if (refusal != null) {
      throw refusal;
    }
    return this;
  }

  /** Id of the instance that is asked for; null for a list, and where one is to be made up. */
  private String instance() {
    if (parameters.get("id") instanceof String id) {
      return id;
    }
    return body == null ? null : body.getString("id");
  }

  private String room() {
    return (String) parameters.get("room");
  }

  String text(String name) {
    return (String) parameters.get(name);
  }

  /** The values of a parameter that may be repeated. */
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
