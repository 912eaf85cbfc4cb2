package io.mycelium.protocol;

import java.util.Set;

/**
 * Properties of JavaScript's {@code Object.prototype}. A client that keeps users or rooms in a
 * plain object finds such a name there already: phoenix.js before 1.8.9 throws on a presence key of
 * that name (CVE-2026-56812), so one user could break the clients of all others.
 */
public final class PrototypeNames {
  private static final Set<String> NAMES =
      Set.of(
          "__proto__",
          "constructor",
          "hasOwnProperty",
          "isPrototypeOf",
          "propertyIsEnumerable",
          "toLocaleString",
          "toString",
          "valueOf",
          "__defineGetter__",
          "__defineSetter__",
          "__lookupGetter__",
          "__lookupSetter__");

  private PrototypeNames() {}

  public static boolean contains(String name) {
    return NAMES.contains(name);
  }
}
