package io.mycelium.access;

/**
 * What a grant can allow in addition to rights in rooms. A scope holds for the instances of its
 * grant.
 */
public enum Scope {
  INSTANCES_CREATE("instances:create", "create instances and rooms"),
  INSTANCES_READ("instances:read", "list and read instances and rooms"),
  INSTANCES_DELETE("instances:delete", "delete instances and rooms"),
  MESSAGES_WRITE("messages:write", "send messages over REST"),
  CONSOLE("console", "use the console"),
  /** All scopes, and all rights in rooms. */
  ADMIN("admin", "do everything");

  private static final Scope[] VALUES = values();

  private final String claim;
  private final String words;

  Scope(String claim, String words) {
    this.claim = claim;
    this.words = words;
  }

  /** The name in a token. */
  public String claim() {
    return claim;
  }

  /** Words for a person, to follow "may". */
  public String words() {
    return words;
  }

  /** The scope with this name in a token; null if Mycelium has none. */
  public static Scope of(String claim) {
    for (Scope scope : VALUES) {
      if (scope.claim.equals(claim)) {
        return scope;
      }
    }
    return null;
  }
}
