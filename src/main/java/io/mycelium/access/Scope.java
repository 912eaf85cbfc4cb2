package io.mycelium.access;

/** What a grant may allow besides the rights in rooms; each holds for the grant's instances. */
public enum Scope {
  INSTANCES_CREATE("instances:create", "create instances and rooms"),
  INSTANCES_READ("instances:read", "list and read instances and rooms"),
  INSTANCES_DELETE("instances:delete", "delete instances and rooms"),
  MESSAGES_WRITE("messages:write", "send messages over REST"),
  CONSOLE("console", "use the console"),
  /** Everything else, and everything in rooms. */
  ADMIN("admin", "do everything");

  private static final Scope[] VALUES = values();

  private final String claim;
  private final String words;

  Scope(String claim, String words) {
    this.claim = claim;
    this.words = words;
  }

  /** As a token says it. */
  public String claim() {
    return claim;
  }

  /** For a person, behind "may". */
  public String words() {
    return words;
  }

  /** Null for a scope that is not one of Mycelium's. */
  public static Scope of(String claim) {
    for (Scope scope : VALUES) {
      if (scope.claim.equals(claim)) {
        return scope;
      }
    }
    return null;
  }
}
