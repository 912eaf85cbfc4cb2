package io.mycelium.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One message from a client. References keep the JSON text that the client sent ({@code "1"},
 * {@code 1}, {@code null}), because the reply repeats it.
 */
public final class InboundMessage {
  static final byte[] NULL = {'n', 'u', 'l', 'l'};
  static final byte[] PUSH = Event.PUSH.name;
  static final byte[] QUOTED_PUSH = JsonWriter.quoted("push");

  private final byte[] joinRef;
  private final byte[] ref;
  final byte[] topic;
  private final byte[] event;
  private final Payload payload;
  private final String fault;

  InboundMessage(byte[] joinRef, byte[] ref, byte[] topic, byte[] event, Payload payload) {
    this(joinRef, ref, topic, event, payload, null);
  }

  private InboundMessage(
      byte[] joinRef, byte[] ref, byte[] topic, byte[] event, Payload payload, String fault) {
    this.joinRef = joinRef;
    this.ref = ref;
    this.topic = topic;
    this.event = event;
    this.payload = payload;
    this.fault = fault;
  }

  /**
   * A message with a fault in or after its payload; the server can still send the sender an error
   * reply.
   */
  static InboundMessage faulty(
      byte[] joinRef, byte[] ref, byte[] topic, byte[] event, String fault) {
    return new InboundMessage(joinRef, ref, topic, event, Payload.NULL, fault);
  }

  /** JSON text of the join reference; {@code null} as text if there is none. */
  public byte[] joinRef() {
    return joinRef;
  }

  public boolean hasNoJoinRef() {
    return joinRef.length == NULL.length && joinRef[0] == 'n';
  }

  public byte[] ref() {
    return ref;
  }

  public String topic() {
    return new String(topic, StandardCharsets.UTF_8);
  }

  public Event event() {
    return Event.of(event);
  }

  public String eventName() {
    return new String(event, StandardCharsets.UTF_8);
  }

  /** JSON {@code null} if there is a {@link #fault}. */
  public Payload payload() {
    return payload;
  }

  /** The fault after the event, and its byte offset in the frame; null if there is none. */
  public String fault() {
    return fault;
  }

  /** Whether Phoenix treats two references as equal; it does so for {@code 1} and {@code "1"}. */
  public static boolean sameRef(byte[] a, byte[] b) {
    return Arrays.equals(a, b) || Arrays.equals(unquoted(a), unquoted(b));
  }

  private static byte[] unquoted(byte[] ref) {
    boolean quoted = ref.length >= 2 && ref[0] == '"';
    return quoted ? Arrays.copyOfRange(ref, 1, ref.length - 1) : ref;
  }

  /**
   * The events that clients send and the server itself knows; a room's type handles all others. A
   * new event needs a decision in {@code access.Action} and a row in docs/access.md.
   */
  public enum Event {
    JOIN("phx_join"),
    LEAVE("phx_leave"),
    /** On the topic {@code phoenix}; in a room it is one of the type's own events. */
    HEARTBEAT("heartbeat"),
    ACCESS_TOKEN("access_token"),
    PUSH("push"),
    PUSH_ONCE("push_once"),
    HISTORY("history"),
    /** In the lobby; in another room it is one of the type's own events. */
    GET_ROOMS("get_rooms"),
    /** One of the type's own events. */
    OTHER("");

    private static final Event[] VALUES = values();

    private final String text;
    private final byte[] name;

    Event(String text) {
      this.text = text;
      this.name = text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Its name on the wire; empty for {@link #OTHER}. */
    public String text() {
      return text;
    }

    private static Event of(byte[] event) {
      if (Arrays.equals(event, PUSH.name)) {
        return PUSH;
      }
      for (Event known : VALUES) {
        if (Arrays.equals(event, known.name)) {
          return known;
        }
      }
      return OTHER;
    }
  }
}
