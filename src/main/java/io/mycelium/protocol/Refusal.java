package io.mycelium.protocol;

/**
 * A request that was understood and refused. It is an answer, not a fault: it carries no stack
 * trace and is not logged.
 *
 * <p>{@code field}, {@code value} and {@code expected} describe the wrong value, if there was one;
 * each may be null.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ErrorCode code;
  private final String field;
  private final String value;
  private final String expected;

  public Refusal(ErrorCode code, String message) {
    this(code, message, null, null, null);
  }

  private Refusal(ErrorCode code, String message, String field, String value, String expected) {
    super(message, null, false, false);
    this.code = code;
    this.field = field;
    this.value = value;
    this.expected = expected;
  }

  /**
   * A refusal of one value.
   *
   * @param field path of the value, e.g. {@code config.history}
   * @param value the given value, as JSON text or as it was written
   * @param expected the values that are accepted, e.g. {@code an integer from 0 to 10000}
   */
  public static Refusal of(ErrorCode code, String field, Object value, String expected) {
    String shown = String.valueOf(value);
    return new Refusal(
        code, field + " is " + shown + ", expected " + expected, field, shown, expected);
  }

  /** The refusal with these parts, as decoded from another node's message. */
  public static Refusal restored(
      ErrorCode code, String message, String field, String value, String expected) {
    return new Refusal(code, message, field, value, expected);
  }

  public ErrorCode code() {
    return code;
  }

  public String field() {
    return field;
  }

  public String value() {
    return value;
  }

  public String expected() {
    return expected;
  }
}
