package io.mycelium.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What happens to a room's messages for a socket that does not read them fast enough. */
public enum SlowConsumer {
  /** They wait, and above {@code socket.max_pending_bytes} the socket is closed. */
  DISCONNECT,
  /** Once the socket takes bytes again it gets the newest; the client is told what is missing. */
  DROP_OLDEST,
  /** Once the socket takes bytes again it gets one message with the newest value of each key. */
  CONFLATE;

  /** The names of all in the API. */
  public static final List<String> NAMES = Arrays.stream(values()).map(SlowConsumer::json).toList();

  /** The one with this name. */
  public static SlowConsumer of(String json) {
    return valueOf(json.toUpperCase(Locale.ROOT));
  }

  /** Its name in the API. */
  public String json() {
    return name().toLowerCase(Locale.ROOT);
  }
}
