package io.mycelium.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.RawSocket;
import io.mycelium.testing.RawSocket.Frame;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each race of {@code phoenix/races.json} against the recording of Phoenix 1.7.14 ({@code
 * phoenix/golden.json}), over both transports; paced, so that each frame's effects came before the
 * next frame goes, and unpaced, with all frames in one TCP write. Between a push's reply and its
 * broadcast the order is free; all other order counts.
 */
class PhoenixRacesTest {
  private static final JsonObject RACES = resource("/phoenix/races.json");
  private static final JsonObject GOLDEN = resource("/phoenix/golden.json");

  private static JsonObject resource(String name) {
    try (InputStream in = PhoenixRacesTest.class.getResourceAsStream(name)) {
      return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The races; a subclass says over which transport. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Races {
    private final String transport;
    private TestNode node;

    Races(String transport) {
      this.transport = transport;
    }

    @BeforeAll
    void startNode() {
      node = TestNode.builder().transport(transport).start();
    }

    @AfterAll
    void stopNode() {
      node.close();
    }

    static Stream<String> names() {
      assertThat(RACES.fieldNames()).isEqualTo(GOLDEN.fieldNames()).hasSize(27);
      return RACES.fieldNames().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void isAsInPhoenixWhenPaced(String race) {
      compare(race, true);
    }

    @ParameterizedTest
    @MethodSource("names")
    void isAsInPhoenixWhenAllFramesComeAtOnce(String race) {
      compare(race, false);
    }

    /**
     * What Phoenix sent, save one field of two races. A refused join of an unknown room is a
     * channel's refusal here, which carries the join reference that clients wait for. The end of a
     * V1 channel names its join, as in Phoenix 1.2 to 1.4, whose clients need it; the recorded
     * Phoenix is newer.
     */
    private static JsonArray expected(String race) {
      JsonArray recorded = GOLDEN.getJsonObject(race).getJsonArray("a").copy();
      switch (race) {
        case "joinUnknown" -> recorded.getJsonArray(0).set(1, "1");
        case "v1" -> recorded.getJsonArray(4).set(2, "1");
        default -> {}
      }
      return recorded;
    }

    private void compare(String race, boolean paced) {
      String id =
          node.create("{'type':'accumulative','rooms':{'room0':{},'room1':{}}}").getString("id");
      JsonObject script = RACES.getJsonObject(race);
      String vsn = script.getString("vsn");
      String path = "/socket/" + id + "/websocket" + (vsn.isEmpty() ? "" : "?vsn=" + vsn);
      boolean v1 = !vsn.equals("2.0.0");
      try (RawSocket b = RawSocket.open(node.port(), path);
          RawSocket a = RawSocket.open(node.port(), path)) {
        Racer other = new Racer(b, v1);
        Racer one = new Racer(a, v1);
        other.run(script.getJsonArray("b", new JsonArray()), true);
        one.run(script.getJsonArray("a"), paced);
        JsonArray expected = expected(race);
        one.awaitThatMany(expected);
        other.awaitThatMany(GOLDEN.getJsonObject(race).getJsonArray("b"));
        assertThat(one.got).as("socket a").isEqualTo(Got.of(expected));
        assertThat(other.got)
            .as("socket b")
            .isEqualTo(Got.of(GOLDEN.getJsonObject(race).getJsonArray("b")));
      }
      TestNode.await(node.directory().delete(id));
    }
  }

  /**
   * The frames of one socket, in the order that matters: replies, broadcasts, and the rest sorted.
   */
  private record Got(List<String> replies, List<String> broadcasts, List<String> rest) {
    static Got empty() {
      return new Got(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    static Got of(JsonArray recorded) {
      Got got = empty();
      recorded.forEach(each -> got.add((JsonArray) each));
      return got;
    }

    void add(JsonArray event) {
      switch (event.getString(0)) {
        case "reply" -> replies.add(event.encode());
        case "msg" -> broadcasts.add(event.encode());
        default -> {
          rest.add(event.encode());
          rest.sort(null);
        }
      }
    }

    int size() {
      return replies.size() + broadcasts.size() + rest.size();
    }
  }

  /** One socket in a race. */
  private static final class Racer {
    private final RawSocket socket;
    private final boolean v1;
    private final Got got = Got.empty();
    private int barriers;

    Racer(RawSocket socket, boolean v1) {
      this.socket = socket;
      this.v1 = v1;
    }

    void run(JsonArray frames, boolean paced) {
      ByteArrayOutputStream together = new ByteArrayOutputStream();
      for (Object frame : frames) {
        boolean pause = frame instanceof JsonObject o && o.containsKey("settled");
        if (!pause) {
          together.writeBytes(encoded(frame));
        }
        if (pause || paced) {
          socket.raw(together.toByteArray());
          together.reset();
          settle();
        }
      }
      socket.raw(together.toByteArray());
    }

    private static byte[] encoded(Object frame) {
      if (frame instanceof JsonObject binary) {
        return RawSocket.encoded(0x82, true, HexFormat.of().parseHex(binary.getString("hex")));
      }
      return RawSocket.encoded(0x81, true, ((String) frame).getBytes(StandardCharsets.UTF_8));
    }

    /** As many events as were recorded, and any excess events after them. */
    void awaitThatMany(JsonArray recorded) {
      while (got.size() < recorded.size()) {
        take(socket.next());
      }
      settle();
    }

    /**
     * Joins and leaves the lobby: the instance answers in order, so that all effects of earlier
     * frames came before.
     */
    private void settle() {
      for (String event : List.of("phx_join", "phx_leave")) {
        String ref = "settle" + ++barriers;
        String frame =
            v1
                ? "{'topic':'lobby','event':'" + event + "','payload':{},'ref':'" + ref + "'}"
                : "['settle','" + ref + "','lobby','" + event + "',{}]";
        socket.text(frame);
        for (Frame next = socket.next(); !take(next).contains(ref); ) {
          next = socket.next();
        }
      }
    }

    private String take(Frame frame) {
      assertThat(frame).as("the server ended the connection").isNotNull();
      JsonArray event = normal(frame);
      if (event != null
          && !"lobby".equals(event.getValue(event.size() == 5 ? 3 : event.size() - 1))) {
        got.add(event);
      }
      return frame.opcode() == RawSocket.TEXT ? frame.text() : "";
    }

    /**
     * The recording's form: kind, join reference, reference, topic, status; null for what was not
     * recorded.
     */
    private JsonArray normal(Frame frame) {
      return switch (frame.opcode()) {
        case RawSocket.BINARY -> binary(frame.payload());
        case RawSocket.TEXT -> text(frame.text());
        default -> new JsonArray().add("opcode").add(frame.opcode()).add(frame.status());
      };
    }

    private static JsonArray binary(byte[] bytes) {
      if (bytes[0] != 2) {
        return new JsonArray().add("bin").add(bytes[0]);
      }
      int event = 3 + bytes[1];
      int data = event + bytes[2];
      return new JsonArray()
          .add("bin-broadcast")
          .add(new String(bytes, 3, bytes[1], StandardCharsets.UTF_8))
          .add(new String(bytes, event, bytes[2], StandardCharsets.UTF_8))
          .add(new String(bytes, data, bytes.length - data, StandardCharsets.UTF_8));
    }

    private JsonArray text(String text) {
      JsonArray m = v1 ? ofV1(new JsonObject(text)) : new JsonArray(text);
      String event = m.getString(3);
      String kind = event.equals("phx_reply") ? "reply" : event;
      if (!List.of("reply", "msg", "phx_close", "phx_error").contains(kind)) {
        return null;
      }
      JsonArray normal =
          new JsonArray().add(kind).add(string(m.getValue(0))).add(string(m.getValue(1)));
      normal.add(m.getString(2));
      return kind.equals("reply") ? normal.add(m.getJsonObject(4).getString("status")) : normal;
    }

    private static JsonArray ofV1(JsonObject m) {
      return new JsonArray()
          .addNull()
          .add(m.getValue("ref"))
          .add(m.getString("topic"))
          .add(m.getString("event"))
          .add(m.getValue("payload"));
    }

    private static String string(Object ref) {
      return ref == null ? null : String.valueOf(ref);
    }
  }

  /** Past Vert.x. */
  @Nested
  class OverNettyTransport extends Races {
    OverNettyTransport() {
      super("netty");
    }
  }

  /** Vert.x's public API. */
  @Nested
  class OverVertxTransport extends Races {
    OverVertxTransport() {
      super("vertx");
    }
  }
}
