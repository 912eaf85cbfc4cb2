package io.mycelium.web.rest;

import io.mycelium.protocol.ErrorCode;
import java.util.List;

/**
 * A request that violates the contract, with all its wrong values. An answer, not a fault: it has
 * no stack trace.
 */
final class InvalidRequest extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final transient List<Violation> violations;

  InvalidRequest(ErrorCode code, List<Violation> violations) {
    super(sentence(violations), null, false, false);
    this.code = code;
    this.violations = List.copyOf(violations);
  }

  ErrorCode code() {
    return code;
  }

  List<Violation> violations() {
    return violations;
  }

  private static String sentence(List<Violation> violations) {
    String first = violations.get(0).sentence();
    return violations.size() == 1
        ? first
        : first + "; and " + (violations.size() - 1) + " more, see errors";
  }
}
