package io.mycelium.bench;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a server under load speaks: Mycelium's protocol, or that of one which only broadcasts. */
public enum Protocol {
  /** Phoenix Channels: Mycelium. */
  PHOENIX(null),
  /** See {@link Relay}. */
  RELAY(new Relay()),
  /** See {@link SocketIo}. */
  SOCKETIO(new SocketIo()),
  /** See {@link Centrifuge}. */
  CENTRIFUGE(new Centrifuge()),
  /** See {@link Colyseus}. */
  COLYSEUS(new Colyseus());

  private final Dialect dialect;

  Protocol(Dialect dialect) {
    this.dialect = dialect;
  }

  /** As on the command line. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(Protocol::word).toList();
  }

  /**
   * @throws Refusal if there is none of that name
   */
  public static Protocol of(String word) {
    return Arrays.stream(values())
        .filter(each -> each.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                Refusal.of(ErrorCode.INVALID_CONFIG, "protocol", word, String.join(", ", words())));
  }

  boolean onlyBroadcasts() {
    return dialect != null;
  }

  /** Null for Mycelium, whose sockets are {@link PhoenixPeer}s. */
  Dialect dialect() {
    return dialect;
  }

  /**
   * Whether such a server can be put under that load.
   *
   * @throws Refusal if it needs what only Mycelium has
   */
  void check(Scenario scenario) {
    if (!onlyBroadcasts()) {
      return;
    }
    switch (scenario.kind()) {
      case RECONNECT -> refuse("scenario", scenario.name(), "one without resume");
      case MIXED -> refuse("scenario", scenario.name(), "one without presence and history");
      default -> {}
    }
    expect("instances", scenario.instances(), 1);
    expect("durability", scenario.durability(), "none");
    expect("patch-interval", scenario.patchInterval(), 0);
    expect("presence", scenario.presence(), "off");
  }

  private void expect(String field, Object value, Object possible) {
    if (!value.equals(possible)) {
      refuse(field, value, possible.toString());
    }
  }

  private void refuse(String field, Object value, String possible) {
    throw Refusal.of(
        ErrorCode.INVALID_CONFIG,
        field,
        value,
        possible + ": with protocol " + word() + " the server only broadcasts");
  }
}
