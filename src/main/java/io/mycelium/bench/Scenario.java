package io.mycelium.bench;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a run does.
 *
 * @param kind how sockets behave besides pushing
 * @param instances that it makes, and deletes in the end
 * @param rooms of each instance
 * @param sockets of each room
 * @param pushers of each room's sockets that push
 * @param rates pushes a second in all, one step of the run after the other; 0 for none
 * @param bytes of each push beside its marker of about 40
 * @param type of the rooms
 * @param durability of the rooms
 * @param patchInterval of the rooms, in milliseconds
 * @param presence of the rooms: {@code on} or {@code off}
 */
public record Scenario(
    String name,
    String about,
    Kind kind,
    int instances,
    int rooms,
    int sockets,
    int pushers,
    List<Double> rates,
    int bytes,
    String type,
    String durability,
    int patchInterval,
    String presence) {

  /** How sockets behave besides pushing. */
  public enum Kind {
    /** They stay. */
    STEADY,
    /** They stay, and all begin to connect at once. */
    JOIN,
    /** All go and come back, in the middle of the measured time. */
    RECONNECT,
    /** They leave and join rooms and read history, as people do: see {@link Habits}. */
    MIXED
  }

  private static final String ACCUMULATIVE = "accumulative";
  private static final String COLLABORATIVE = "collaborative";
  private static final String NONE = "none";
  private static final String SYNC = "sync";
  private static final String OFF = "off";

  private static final Map<String, Scenario> ALL = new LinkedHashMap<>();

  static {
    add("fanout", "one room of 1,000 sockets, 10 of which push", Kind.STEADY, 1, 1, 1000, 10, 100);
    add("rooms", "20 rooms of 50 sockets that all push", Kind.STEADY, 1, 20, 50, 50, 1000);
    add("small", "200 rooms of 5 sockets that all push", Kind.STEADY, 1, 200, 5, 5, 4000);
    add(
        "steady",
        "20 rooms of 50 sockets, 20,000 deliveries a second",
        Kind.STEADY,
        1,
        20,
        50,
        50,
        400);
    add("join-storm", "1,000 sockets that connect and join at once", Kind.JOIN, 1, 20, 50, 0, 0);
    add(
        "reconnect-storm",
        "1,000 sockets that lose their connection at once and resume",
        Kind.RECONNECT,
        1,
        20,
        50,
        50,
        100);
    add(
        "many-instances",
        "10,000 instances of one room and 5 sockets",
        Kind.STEADY,
        10_000,
        1,
        5,
        1,
        1000);
    add(
        "mixed",
        "a day of a chat product in a minute: 100 rooms of 10 people",
        Kind.MIXED,
        10,
        10,
        10,
        10,
        100);
    put(
        new Scenario(
            "durable",
            "the same as small, each push on disk before it is acknowledged",
            Kind.STEADY,
            1,
            200,
            5,
            5,
            List.of(2000.0),
            64,
            ACCUMULATIVE,
            SYNC,
            0,
            OFF));
    put(
        new Scenario(
            "movement",
            "10 rooms of 20 players at 20 Hz",
            Kind.STEADY,
            1,
            10,
            20,
            20,
            List.of(4000.0),
            16,
            COLLABORATIVE,
            NONE,
            0,
            OFF));
  }

  private static void add(
      String name,
      String about,
      Kind kind,
      int instances,
      int rooms,
      int sockets,
      int pushers,
      double rate) {
    put(
        new Scenario(
            name,
            about,
            kind,
            instances,
            rooms,
            sockets,
            pushers,
            rate == 0 ? List.of() : List.of(rate),
            64,
            ACCUMULATIVE,
            NONE,
            0,
            kind == Kind.MIXED ? "on" : OFF));
  }

  private static void put(Scenario scenario) {
    ALL.put(scenario.name, scenario);
  }

  /** By name, in the order in which they are told of. */
  public static Map<String, Scenario> all() {
    return Map.copyOf(ALL);
  }

  /** A line for each, with what it does. */
  public static String described() {
    return ALL.values().stream()
        .map(each -> "%n  %-16s %s".formatted(each.name, each.about))
        .collect(Collectors.joining());
  }

  /** The names, in the order in which they are told of. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * @throws Refusal if a figure is out of its range
   */
  public Scenario {
    rates = List.copyOf(rates);
    Expect.range("instances", instances, 1, 1_000_000);
    Expect.range("rooms", rooms, 1, 10_000);
    Expect.range("sockets", sockets, 1, 100_000);
    Expect.range("bytes", bytes, 0, 1_000_000);
    Expect.range("patch-interval", patchInterval, 0, 60_000);
    for (double rate : rates) {
      if (rate <= 0 || rate > 1_000_000) {
        throw Refusal.of(ErrorCode.INVALID_CONFIG, "rate", rate, "more than 0 and at most 1000000");
      }
    }
    if (pushers < 0 || pushers > sockets) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG, "pushers", pushers, "0 to sockets, which is " + sockets);
    }
    if (pushers == 0 && !rates.isEmpty()) {
      throw Refusal.of(ErrorCode.INVALID_CONFIG, "pushers", 0, "1 or more, since there is a rate");
    }
  }

  /** The same with other figures; null leaves one as it is. */
  public Scenario with(Changes changes) {
    int newSockets = or(changes.sockets(), sockets);
    int newPushers = or(changes.pushers(), Math.min(pushers, newSockets));
    return new Scenario(
        name,
        about,
        kind,
        or(changes.instances(), instances),
        or(changes.rooms(), rooms),
        newSockets,
        newPushers,
        or(changes.rates(), newPushers == 0 ? List.of() : rates),
        or(changes.bytes(), bytes),
        or(changes.type(), type),
        or(changes.durability(), durability),
        or(changes.patchInterval(), patchInterval),
        or(changes.presence(), presence));
  }

  private static <T> T or(T given, T usual) {
    return given == null ? usual : given;
  }

  /** Figures of the command line; null for those that are not given. */
  public record Changes(
      Integer instances,
      Integer rooms,
      Integer sockets,
      Integer pushers,
      List<Double> rates,
      Integer bytes,
      String type,
      String durability,
      Integer patchInterval,
      String presence) {}

  /** Whether each push is one delivery to each socket; else several may have become one. */
  boolean isComplete() {
    return type.equals(ACCUMULATIVE);
  }

  int allSockets() {
    return instances * rooms * sockets;
  }

  /** The body of the request that makes an instance. */
  JsonObject instance(String id) {
    JsonObject config =
        new JsonObject()
            .put("history", 100)
            .put("presence", presence)
            .put("durability", durability)
            .put("patch_interval", patchInterval);
    JsonObject made = new JsonObject();
    for (int i = 0; i < rooms; i++) {
      made.put("room" + i, new JsonObject());
    }
    return new JsonObject()
        .put("id", id)
        .put("type", type)
        .put("config", config)
        .put("rooms", made);
  }

  /** What any server has of it, in one line. */
  String load() {
    return "%s: rooms %d, sockets %d, pushers %d, bytes %d"
        .formatted(name, rooms, sockets, pushers, bytes);
  }

  /** The same for programs. */
  JsonObject loadJson() {
    return new JsonObject()
        .put("scenario", name)
        .put("rooms", rooms)
        .put("sockets", sockets)
        .put("pushers", pushers)
        .put("bytes", bytes);
  }

  /** What it is, in one line. */
  String line() {
    return "%s: instances %d, rooms %d, sockets %d, pushers %d, bytes %d; %s, durability %s, presence %s"
            .formatted(name, instances, rooms, sockets, pushers, bytes, type, durability, presence)
        + (patchInterval > 0 ? ", patch interval " + patchInterval + " ms" : "");
  }

  JsonObject json() {
    return loadJson()
        .put("instances", instances)
        .put("type", type)
        .put("durability", durability)
        .put("patch_interval", patchInterval)
        .put("presence", presence);
  }
}
