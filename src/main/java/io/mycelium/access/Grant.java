package io.mycelium.access;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * One grant of a token: scopes, and rights in rooms, for some instances.
 *
 * @param instances the instances of the grant; without instances it gives nothing
 * @param rooms rights in the rooms of these instances; the rights of overlapping globs add up
 * @param scopes scopes for the same instances
 */
public record Grant(List<Glob> instances, Map<Glob, RoomRights> rooms, Set<Scope> scopes) {
  /** Every right in every room. */
  public static final Map<Glob, RoomRights> ALL_ROOMS = Map.of(Glob.ALL, RoomRights.ALL);

  public Grant {
    instances = List.copyOf(instances);
    rooms = Map.copyOf(rooms);
    scopes = Set.copyOf(scopes);
  }

  /** All scopes and all room rights, for all instances. */
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

  /** The rights in a room of a covered instance. */
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
   * The part of this grant within a tenant's prefix. The scope {@code console} is left out, because
   * the console shows the whole node. Gives nothing if no instance is left.
   */
  Grant within(String prefix) {
    List<Glob> inside =
        instances.stream().map(glob -> glob.within(prefix)).filter(Objects::nonNull).toList();
    Set<Scope> left = new HashSet<>(scopes);
    left.remove(Scope.CONSOLE);
    return new Grant(inside, rooms, left);
  }
}
