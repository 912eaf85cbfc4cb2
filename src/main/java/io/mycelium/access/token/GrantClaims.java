package io.mycelium.access.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.mycelium.access.Glob;
import io.mycelium.access.Grant;
import io.mycelium.access.RoomRights;
import io.mycelium.access.Scope;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The claims that grant rights. {@code instances}, {@code rooms} and {@code scope} at the top level
 * are one grant; each object in {@code caps} with the same three claims is another. Grants only add
 * rights.
 */
final class GrantClaims {
  private static final String INSTANCE = "[A-Za-z0-9_-]{0,64}";
  private static final int MAX_ROOM = 128;
  private static final Set<String> NAMES = Set.of("instances", "rooms", "scope");

  private GrantClaims() {}

  static List<Grant> read(JsonNode payload) {
    List<Grant> grants = new ArrayList<>();
    add(grants, "", payload);
    JsonNode caps = payload.get("caps");
    if (caps == null) {
      return grants;
    }
    if (!caps.isArray()) {
      throw Claims.wrong("caps", caps, "a list of objects");
    }
    for (int i = 0; i < caps.size(); i++) {
      JsonNode cap = caps.get(i);
      String at = "caps[" + i + "]";
      if (!cap.isObject()) {
        throw Claims.wrong(at, cap, "an object with instances, rooms and scope");
      }
      refuseUnknown(at, cap);
      add(grants, at + ".", cap);
    }
    return grants;
  }

  /** A misspelt claim that should narrow a grant must not widen it. */
  private static void refuseUnknown(String at, JsonNode cap) {
    for (Iterator<String> names = cap.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!NAMES.contains(name)) {
        throw Claims.wrong(at, cap, "an object with instances, rooms and scope only");
      }
    }
  }

  private static void add(List<Grant> grants, String at, JsonNode cap) {
    List<Glob> instances = instances(at, cap.get("instances"));
    Map<Glob, RoomRights> rooms = rooms(at, cap.get("rooms"));
    Set<Scope> scopes = scopes(at, cap.get("scope"));
    if (!instances.isEmpty()) {
      grants.add(new Grant(instances, rooms, scopes));
    }
  }

  private static List<Glob> instances(String at, JsonNode value) {
    List<Glob> globs = new ArrayList<>();
    if (value == null) {
      return globs;
    }
    if (!value.isArray()) {
      throw Claims.wrong(at + "instances", value, "a list of ids, * only at their end");
    }
    for (JsonNode name : value) {
      Glob glob = Glob.of(name.asText());
      if (!name.isTextual() || name.textValue().isEmpty() || !glob.text().matches(INSTANCE)) {
        throw Claims.wrong(
            at + "instances", name, "an id of A-Z a-z 0-9 _ -, or its beginning with * behind");
      }
      globs.add(glob);
    }
    return globs;
  }

  /** If the claim is absent: every right in every room. */
  private static Map<Glob, RoomRights> rooms(String at, JsonNode value) {
    if (value == null) {
      return Grant.ALL_ROOMS;
    }
    if (!value.isObject()) {
      throw Claims.wrong(at + "rooms", value, "an object of rooms, each with a list of rights");
    }
    Map<Glob, RoomRights> rooms = new LinkedHashMap<>();
    for (Iterator<Map.Entry<String, JsonNode>> all = value.fields(); all.hasNext(); ) {
      Map.Entry<String, JsonNode> room = all.next();
      String field = at + "rooms." + RawToken.shown(TextNode.valueOf(room.getKey()));
      rooms.put(room(field, room), rights(field, room.getValue()));
    }
    return rooms;
  }

  private static Glob room(String field, Map.Entry<String, JsonNode> room) {
    String name = room.getKey();
    Glob glob = Glob.of(name);
    if (name.isEmpty()
        || glob.text().indexOf('*') >= 0
        || name.length() > MAX_ROOM
        || name.chars().anyMatch(Character::isISOControl)) {
      throw Claims.wrong(
          field, room.getValue(), "a room's name, * only at its end, at most 128 characters");
    }
    return glob;
  }

  private static RoomRights rights(String field, JsonNode value) {
    RoomRights sum = RoomRights.NONE;
    if (!value.isArray()) {
      throw Claims.wrong(field, value, "a list of join, push, presence, history");
    }
    for (JsonNode name : value) {
      RoomRights right = name.isTextual() ? RoomRights.named(name.textValue()) : null;
      if (right == null) {
        throw Claims.wrong(field, name, "join, push, presence or history");
      }
      sum = sum.or(right);
    }
    return sum;
  }

  /**
   * A list, or one text with spaces between the scopes, as in OAuth (RFC 8693, 4.2). Scopes of
   * other services, such as {@code openid}, grant nothing here.
   */
  private static Set<Scope> scopes(String at, JsonNode value) {
    Set<Scope> scopes = EnumSet.noneOf(Scope.class);
    for (String name : scopeNames(at, value)) {
      Scope scope = Scope.of(name);
      if (scope != null) {
        scopes.add(scope);
      }
    }
    return scopes;
  }

  static List<String> scopeNames(String at, JsonNode value) {
    List<String> names = new ArrayList<>();
    if (value == null) {
      return names;
    }
    if (value.isTextual()) {
      return List.of(value.textValue().split(" "));
    }
    for (JsonNode name : value.isArray() ? value : List.of(value)) {
      if (!name.isTextual()) {
        throw Claims.wrong(at + "scope", value, "a list of texts, or one text with spaces between");
      }
      names.add(name.textValue());
    }
    return names;
  }
}
