package io.mycelium.access.token;

import io.mycelium.access.Grant;
import io.mycelium.access.Identity;
import io.mycelium.access.Scope;
import io.mycelium.protocol.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Describes a token in words for a person. */
public final class TokenWords {
  private TokenWords() {}

  /**
   * The claims as they are, then their meaning, line by line. Verifies nothing.
   *
   * @throws Refusal for a token that no configuration accepts
   */
  public static List<String> explain(String token) {
    RawToken raw = RawToken.parse(token);
    Claims claims = Claims.read(raw.payload());
    List<String> lines = new ArrayList<>();
    lines.add("header: alg " + raw.algorithm() + (raw.kid() == null ? "" : ", kid " + raw.kid()));
    lines.addAll(raw.payload().toPrettyString().lines().toList());
    lines.add(
        claims.subject() == null
            ? "speaks as nobody, over REST only (it has no sub)"
            : "speaks as user " + claims.subject());
    lines.add(
        claims.expires() == Identity.NEVER
            ? "never expires"
            : "expires at " + Instant.ofEpochSecond(claims.expires()));
    lines.addAll(grants(claims.grants()));
    GrantClaims.scopeNames("", raw.payload().get("scope")).stream()
        .filter(name -> Scope.of(name) == null)
        .forEach(name -> lines.add("scope " + name + " means nothing here"));
    return lines;
  }

  /** One line for each grant. */
  public static List<String> grants(List<Grant> grants) {
    List<String> lines = new ArrayList<>();
    for (Grant grant : grants) {
      lines.add(words(grant));
    }
    if (lines.isEmpty()) {
      lines.add("gives nothing: it names no instances");
    }
    return lines;
  }

  private static String words(Grant grant) {
    String where = "in instances " + joined(grant.instances()) + ": ";
    if (grant.scopes().contains(Scope.ADMIN)) {
      return where + Scope.ADMIN.words();
    }
    String rooms =
        grant.rooms().equals(Grant.ALL_ROOMS)
            ? "join, push, presence, history in all rooms"
            : grant.rooms().entrySet().stream()
                .sorted((a, b) -> a.getKey().text().compareTo(b.getKey().text()))
                .map(room -> joined(room.getValue().names()) + " in room " + room.getKey())
                .collect(Collectors.joining("; "));
    String scopes =
        grant.scopes().stream().sorted().map(Scope::words).collect(Collectors.joining("; "));
    return where + (scopes.isEmpty() ? rooms : rooms.isEmpty() ? scopes : rooms + "; " + scopes);
  }

  private static String joined(List<?> names) {
    return names.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
