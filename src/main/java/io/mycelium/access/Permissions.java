package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.List;

/**
 * The one place that decides who may do what. An action is allowed only if one grant of the
 * identity allows it. Pure, so any thread may ask.
 */
public final class Permissions {
  private Permissions() {}

  /**
   * @param instance id of the instance; null where the action has none, or for an instance to be
   *     created whose id is not known yet
   * @param room null where the action has none
   * @return null if the action is allowed, else {@code forbidden}, which names the action and what
   *     the action needs
   */
  public static Refusal check(Identity identity, Action action, String instance, String room) {
    if (action.over() == Action.Over.NOTHING) {
      return null;
    }
    List<Grant> grants = identity.grants();
    for (int i = 0; i < grants.size(); i++) {
      if (allows(identity, grants.get(i), action, instance, room)) {
        return null;
      }
    }
    return refusal(identity, action, instance, room);
  }

  public static boolean allows(Identity identity, Action action, String instance, String room) {
    return check(identity, action, instance, room) == null;
  }

  /**
   * All rights in one room, for a channel to keep: {@link RoomRights#mayPush} then gives the same
   * answer as {@code check(identity, PUSH, instance, room)}.
   */
  public static RoomRights rights(Identity identity, String instance, String room) {
    RoomRights sum = RoomRights.NONE;
    List<Grant> grants = identity.grants();
    for (int i = 0; i < grants.size(); i++) {
      Grant grant = grants.get(i);
      if (grant.covers(instance)) {
        sum = sum.or(grant.rights(room));
      }
    }
    return sum;
  }

  /** The answer to a user whose {@link RoomRights} lack what the action needs. */
  public static Refusal refusal(Identity identity, Action action, String instance, String room) {
    String who = identity.userId() == null ? "this token" : "user " + identity.userId();
    String where =
        (room == null ? "" : " in room " + room)
            + (instance == null ? "" : (room == null ? " on" : " of") + " instance " + instance);
    return new Refusal(
        ErrorCode.FORBIDDEN,
        who
            + " may not "
            + action.words()
            + where
            + ": it needs "
            + needs(identity, action, instance));
  }

  private static boolean allows(
      Identity identity, Grant grant, Action action, String instance, String room) {
    if (!covers(identity, grant, action, instance)) {
      return false;
    }
    if (action.scope() != null && !grant.has(action.scope())) {
      return false;
    }
    return action.right() == 0 || grant.rights(room).has(action.right());
  }

  private static boolean covers(Identity identity, Grant grant, Action action, String instance) {
    return switch (action.over()) {
      case NOTHING -> true;
      case ANY_INSTANCE -> !grant.instances().isEmpty();
      case INSTANCE, ROOM -> grant.covers(instance);
      case INSTANCE_WITH_ROOMS -> grant.covers(instance) && grant.hasRooms();
      case INSTANCE_OR_ALL ->
          instance == null ? grant.coversAll(identity.prefix()) : grant.covers(instance);
      case ALL -> grant.coversAll(identity.prefix());
      case NODE -> identity.tenant() == null && grant.coversAll("");
    };
  }

  private static String needs(Identity identity, Action action, String instance) {
    return switch (action.over()) {
      case NODE -> action.needs() + " for instances *, in a token that is not a tenant's";
      case ALL -> action.needs() + " for instances " + identity.prefix() + "*";
      case ANY_INSTANCE -> action.needs() + " for some instances";
      default ->
          instance == null
              ? "an id that its token covers, or "
                  + action.needs()
                  + " for instances "
                  + identity.prefix()
                  + "*"
              : action.needs() + " for that instance";
    };
  }
}
