package io.mycelium.access;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One thing that a token gives: scopes and rights in rooms, over some instances.
 *
 * @param instances over which; none: it gives nothing
 * @param rooms rights in the rooms of these instances; where globs overlap they add up
 * @param scopes what else, over the same instances
 */
public record Grant(List<Glob> instances, Map<Glob, RoomRights> rooms, Set<Scope> scopes) {
  /** Every right in every room. */
  public static final Map<Glob, RoomRights> ALL_ROOMS = Map.of(Glob.ALL, RoomRights.ALL);

  public Grant {
    instances = List.copyOf(instances);
    rooms = Map.copyOf(rooms);
    scopes = Set.copyOf(scopes);
  }

  /** Everything everywhere. */
  static Grant everything() {
    return new Grant(List.of(Glob.ALL), ALL_ROOMS, Set.of(Scope.values()));
  }

  boolean covers(String instance) {
    for (int i = 0; i < instances.size(); i++) {
      if (instances.get(i).matches(instance)) {
        return true;
      }
    }
    return false;
  }

  boolean coversAll(String prefix) {
    return instances.stream().anyMatch(glob -> glob.coversAll(prefix));
  }

  boolean has(Scope scope) {
    return scopes.contains(scope) || scopes.contains(Scope.ADMIN);
  }

  /** In a room of an instance that it covers. */
  RoomRights rights(String room) {
    if (scopes.contains(Scope.ADMIN)) {
      return RoomRights.ALL;
    }
    RoomRights sum = RoomRights.NONE;
    for (Map.Entry<Glob, RoomRights> entry : rooms.entrySet()) {
      if (entry.getKey().matches(room)) {
        sum = sum.or(entry.getValue());
      }
    }
    return sum;
  }

  /** Whether there is any room in which it gives any right. */
  boolean hasRooms() {
    return scopes.contains(Scope.ADMIN)
        || rooms.values().stream().anyMatch(rights -> !rights.isNone());
  }

  /**
   * What of it lies in a tenant's prefix: the console, which shows the whole node, does not. Gives
   * nothing if no instance is left.
   */
  Grant within(String prefix) {
    List<Glob> inside =
        instances.stream().map(glob -> glob.within(prefix)).filter(Objects::nonNull).toList();
    Set<Scope> left = new HashSet<>(scopes);
    left.remove(Scope.CONSOLE);
    return new Grant(inside, rooms, left);
  }
}
