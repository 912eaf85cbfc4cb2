package io.mycelium.access;

import io.mycelium.protocol.InboundMessage.Event;
import io.mycelium.protocol.Topic;
import java.util.Locale;

/**
 * Everything that a client can ask for, and what it needs: a scope, a right in the room, or both
 * from one grant. {@code docs/access.md} has the same table.
 */
public enum Action {
  CREATE_INSTANCE("createInstance", Over.INSTANCE_OR_ALL, Scope.INSTANCES_CREATE, 0),
  LIST_INSTANCES("listInstances", Over.ANY_INSTANCE, Scope.INSTANCES_READ, 0),
  GET_INSTANCE("getInstance", Over.INSTANCE, Scope.INSTANCES_READ, 0),
  DELETE_INSTANCE("deleteInstance", Over.INSTANCE, Scope.INSTANCES_DELETE, 0),
  RESTART_INSTANCE("restartInstance", Over.INSTANCE, Scope.ADMIN, 0),
  /** To another node, which also runs it anew. */
  MOVE_INSTANCE("moveInstance", Over.INSTANCE, Scope.ADMIN, 0),
  EXPORT_INSTANCE("exportInstance", Over.INSTANCE, Scope.ADMIN, 0),
  IMPORT_INSTANCE("importInstance", Over.INSTANCE, Scope.ADMIN, 0),
  GET_STATS("getStats", Over.INSTANCE, Scope.INSTANCES_READ, 0),
  LIST_RESTARTS("listRestarts", Over.INSTANCE, Scope.INSTANCES_READ, 0),
  GET_ROOM("getRoom", Over.ROOM, Scope.INSTANCES_READ, 0),
  PUT_ROOM("putRoom", Over.ROOM, Scope.INSTANCES_CREATE, 0),
  DELETE_ROOM("deleteRoom", Over.ROOM, Scope.INSTANCES_DELETE, 0),
  LIST_ENTRIES("listEntries", Over.ROOM, null, RoomRights.HISTORY_BIT),
  GET_STATE("getState", Over.ROOM, null, RoomRights.HISTORY_BIT),
  SEND_MESSAGE("sendMessage", Over.ROOM, Scope.MESSAGES_WRITE, RoomRights.PUSH_BIT),
  LIST_TYPES("listTypes", Over.NOTHING, null, 0),

  /** {@code sendMessage} in the name of a user other than the token's. */
  SEND_AS_OTHER(null, Over.ROOM, Scope.ADMIN, 0),

  /** The upgrade: any right in any room of the instance is enough. */
  CONNECT(null, Over.INSTANCE_WITH_ROOMS, null, 0),
  JOIN(null, Over.ROOM, null, RoomRights.JOIN_BIT),
  PUSH(null, Over.ROOM, null, RoomRights.PUSH_BIT),
  /** To see who is in a room. */
  PRESENCE(null, Over.ROOM, null, RoomRights.PRESENCE_BIT),
  HISTORY(null, Over.ROOM, null, RoomRights.HISTORY_BIT),
  /** {@code get_rooms}, which tells the names of all rooms. */
  GET_ROOMS(null, Over.ROOM, null, RoomRights.JOIN_BIT),

  CONSOLE(null, Over.NODE, Scope.CONSOLE, 0),
  /** Shown by the console, and as much a matter of all instances. */
  LIST_NODES("listNodes", Over.NODE, Scope.CONSOLE, 0),
  DRAIN_NODE("drainNode", Over.NODE, Scope.ADMIN, 0),
  /** The end of draining. */
  RESUME_NODE("resumeNode", Over.NODE, Scope.ADMIN, 0),
  /** To revoke tokens of the caller's tenant, or any token without a tenant. */
  REVOKE("createRevocation", Over.ALL, Scope.ADMIN, 0),
  LIST_REVOCATIONS("listRevocations", Over.ALL, Scope.ADMIN, 0);

  /** What an action applies to. */
  enum Over {
    /** Any token is enough. */
    NOTHING,
    /** Any instance; the caller then checks each instance by itself. */
    ANY_INSTANCE,
    INSTANCE,
    INSTANCE_WITH_ROOMS,
    /** One instance; without an id the same as {@link #ALL}. */
    INSTANCE_OR_ALL,
    ROOM,
    /** All instances of the tenant. */
    ALL,
    /** All instances of all tenants. */
    NODE
  }

  private static final Action[] VALUES = values();

  private final String operation;
  private final Over over;
  private final Scope scope;
  private final int right;

  /**
   * @param operation the {@code operationId} in {@code openapi.yaml}; null if it is none
   * @param right a bit of {@link RoomRights}, or 0
   */
  Action(String operation, Over over, Scope scope, int right) {
    this.operation = operation;
    this.over = over;
    this.scope = scope;
    this.right = right;
  }

  /** Null for an unknown operation, which the caller must refuse. */
  public static Action ofOperation(String operationId) {
    for (Action action : VALUES) {
      if (operationId.equals(action.operation)) {
        return action;
      }
    }
    return null;
  }

  /**
   * The action of a message with that event in a room. The type's own events are pushes. There is
   * no default branch, so that a new event does not compile without a decision.
   *
   * @return null for an event that needs no permission
   */
  public static Action ofEvent(Event event, String room) {
    return switch (event) {
      case JOIN -> JOIN;
      case LEAVE, ACCESS_TOKEN -> null;
      case HISTORY -> HISTORY;
      case GET_ROOMS -> room.equals(Topic.LOBBY) ? GET_ROOMS : PUSH;
      case PUSH, PUSH_ONCE, HEARTBEAT, OTHER -> PUSH;
    };
  }

  /** The {@code operationId} in {@code openapi.yaml}; null if it is none. */
  public String operation() {
    return operation;
  }

  Over over() {
    return over;
  }

  Scope scope() {
    return scope;
  }

  int right() {
    return right;
  }

  /** {@code send message}. */
  String words() {
    return this == CONSOLE ? "use the console" : name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** What a grant needs for this action: {@code scope messages:write and the room right push}. */
  String needs() {
    String room = right == 0 ? null : "the room right " + RoomRights.of(right).names().get(0);
    String scopes = scope == null ? null : "the scope " + scope.claim();
    if (over == Over.INSTANCE_WITH_ROOMS) {
      return "a right in one of its rooms";
    }
    return scopes == null ? room : room == null ? scopes : scopes + " and " + room;
  }
}
