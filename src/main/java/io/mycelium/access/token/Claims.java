package io.mycelium.access.token;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.access.Grant;
import io.mycelium.access.Identity;
import io.mycelium.access.Tenant;
import io.mycelium.access.UserId;
import io.mycelium.protocol.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * The claims of a token, read strictly: a known claim of the wrong type is refused by name. Unknown
 * claims are ignored.
 *
 * @param subject {@code sub}, the user's id; null for a back end
 * @param issuer {@code iss}; null if absent
 * @param audience {@code aud}; empty if absent
 * @param expires {@code exp}, seconds since 1970; {@link Identity#NEVER} if absent
 * @param notBefore {@code nbf}; {@link Identity#UNKNOWN} if absent
 * @param issuedAt {@code iat}; {@link Identity#UNKNOWN} if absent
 * @param id {@code jti}; null if absent
 */
record Claims(
    String subject,
    String issuer,
    List<String> audience,
    long expires,
    long notBefore,
    long issuedAt,
    String id,
    List<Grant> grants) {

  private static final int MAX_TEXT = 512;

  /** The end of the year 9999; a larger number is in other units, or meant to overflow. */
  private static final long MAX_TIME = 253_402_300_799L;

  private static final String TIME = "a whole number of seconds since 1970";

  /**
   * @throws Refusal {@code unauthorized}, which names the wrong claim
   */
  static Claims read(JsonNode payload) {
    return new Claims(
        subject(payload.get("sub")),
        text(payload, "iss"),
        audience(payload.get("aud")),
        time(payload, "exp", Identity.NEVER),
        time(payload, "nbf", Identity.UNKNOWN),
        time(payload, "iat", Identity.UNKNOWN),
        text(payload, "jti"),
        GrantClaims.read(payload));
  }

  /**
   * @param leeway seconds after its expiry for which a token is still accepted
   */
  Identity identity(Tenant tenant, long leeway) {
    long end = expires == Identity.NEVER ? Identity.NEVER : expires + leeway;
    return new Identity(subject, grants, end, issuedAt, id, tenant);
  }

  private static String subject(JsonNode sub) {
    if (sub == null) {
      return null;
    }
    if (!sub.isTextual() || !UserId.isValid(sub.textValue())) {
      throw wrong("sub", sub, UserId.EXPECTED);
    }
    return sub.textValue();
  }

  private static String text(JsonNode payload, String name) {
    JsonNode value = payload.get(name);
    if (value == null) {
      return null;
    }
    if (!isText(value)) {
      throw wrong(name, value, "a text of 1 to " + MAX_TEXT + " characters, no control characters");
    }
    return value.textValue();
  }

  private static boolean isText(JsonNode value) {
    return value.isTextual()
        && !value.textValue().isEmpty()
        && value.textValue().length() <= MAX_TEXT
        && value.textValue().chars().noneMatch(Character::isISOControl);
  }

  private static List<String> audience(JsonNode aud) {
    if (aud == null) {
      return List.of();
    }
    List<String> names = new ArrayList<>();
    for (JsonNode name : aud.isArray() ? aud : List.of(aud)) {
      if (!isText(name)) {
        throw wrong("aud", aud, "a text, or a list of texts");
      }
      names.add(name.textValue());
    }
    return names;
  }

  private static long time(JsonNode payload, String name, long absent) {
    JsonNode value = payload.get(name);
    if (value == null) {
      return absent;
    }
    boolean whole = value.isIntegralNumber() && value.canConvertToLong();
    if (!whole || value.longValue() < 0 || value.longValue() > MAX_TIME) {
      throw wrong(name, value, TIME);
    }
    return value.longValue();
  }

  static Refusal wrong(String claim, JsonNode value, String expected) {
    return RawToken.unauthorized(
        "the token's claim " + claim + " is " + RawToken.shown(value) + ", expected " + expected);
  }
}
