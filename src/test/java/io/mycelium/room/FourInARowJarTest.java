package io.mycelium.room;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.Effects;
import io.mycelium.room.spi.Push;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The example's jar, as the build makes it for {@code plugins/}, played over WebSockets. */
class FourInARowJarTest {
  private static final Path PLUGINS = Path.of("target", "plugins");

  private TestNode node;
  private Player ada;
  private Player bob;

  /** A client that keeps the state as a browser would: each delta's keys replace its own. */
  private static final class Player {
    private final PhoenixSocket socket;
    private final JsonObject game;
    private long seq;
    private int ref = 1;

    Player(PhoenixSocket socket) {
      this.socket = socket;
      socket.join("lobby");
      JsonObject joined = socket.awaitEvent("state").getJsonObject(4);
      assertThat(joined.getJsonObject("data").getString("type")).isEqualTo("four-in-a-row");
      game = joined.getJsonObject("data").getJsonObject("state");
      seq = joined.getLong("seq");
    }

    /** The response to an event. */
    JsonObject does(String event, String payload) {
      String number = String.valueOf(++ref);
      socket.send("['1','" + number + "','lobby','" + event + "'," + payload + "]");
      JsonObject reply = socket.awaitReply(number).getJsonObject(4);
      return reply.getJsonObject("response").put("status", reply.getString("status"));
    }

    void moves(int column) {
      assertThat(does("move", "{'column':" + column + "}").getString("status")).isEqualTo("ok");
    }

    String refusal(String event, String payload) {
      JsonObject response = does(event, payload);
      assertThat(response.getString("status")).isEqualTo("error");
      assertThat(response.getString("message")).isNotBlank();
      return response.getString("reason");
    }

    /** The game once this entry has arrived. */
    JsonObject at(long wanted) {
      while (seq < wanted) {
        JsonObject msg = socket.awaitEvent("msg").getJsonObject(4);
        assertThat(msg.getLong("seq")).isEqualTo(++seq);
        game.mergeIn(msg.getJsonObject("data").getJsonObject("state"));
      }
      return game;
    }
  }

  /**
   * The test class path has the example's classes too; this class loader hides them, so they can
   * only come from the jar.
   */
  static final class WithoutExamples extends ClassLoader {
    WithoutExamples() {
      super(FourInARowJarTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith("io.mycelium.examples.")) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }
  }

  /** The type with an injected fault: a move to column 6 throws. */
  private record Faulty(RoomTypes types) implements RoomType {
    @Override
    public String name() {
      return "faulty";
    }

    @Override
    public String description() {
      return "four-in-a-row with a fault";
    }

    @Override
    @SuppressWarnings("unchecked")
    public RoomLogic<?> open(RoomSettings s) {
      RoomSettings real =
          new RoomSettings(
              "four-in-a-row", null, s.history(), true, false, s.patchInterval(), s.settings());
      return new FaultyLogic((RoomLogic<Object>) types.open(real));
    }
  }

  private record FaultyLogic(RoomLogic<Object> real) implements RoomLogic<Object> {
    @Override
    public Object init() {
      return real.init();
    }

    @Override
    public Effects onPush(Object state, Push push) {
      return real.onPush(state, push);
    }

    @Override
    public Object apply(Object state, Entry entry) {
      Object next = real.apply(state, entry);
      if (entry.payload().toString().contains("6")) {
        throw new IllegalStateException("boom");
      }
      return next;
    }

    @Override
    public Payload view(Object state) {
      return real.view(state);
    }

    @Override
    public Payload delta(Object state, List<Entry> entries) {
      return real.delta(state, entries);
    }
  }

  @BeforeEach
  void startsANodeWithTheJar() {
    RoomTypes types = PluginLoader.load(PLUGINS, new WithoutExamples());
    assertThat(types.broken()).isEmpty();
    node = TestNode.builder().roomTypes(types).start();
    node.create("{'id':'game','type':'four-in-a-row','config':{'settings':{'seat_hold':0}}}");
    ada = new Player(node.connect("game", "vsn=2.0.0&userId=ada"));
    bob = new Player(node.connect("game", "vsn=2.0.0&userId=bob"));
  }

  @AfterEach
  void stops() {
    node.close();
  }

  @Test
  void twoPlayAndASpectatorWatches() {
    assertThat(ada.does("sit", "{}").getLong("seq")).isEqualTo(1);
    assertThat(ada.refusal("move", "{'column':0}")).isEqualTo("not_playing");
    assertThat(bob.does("sit", "{}").getLong("seq")).isEqualTo(2);
    Player eve = new Player(node.connect("game", "vsn=2.0.0&userId=eve"));
    assertThat(eve.at(2).getJsonObject("seats").getJsonObject("yellow").getString("user"))
        .isEqualTo("bob");
    assertThat(bob.refusal("move", "{'column':0}")).isEqualTo("not_your_turn");
    assertThat(eve.refusal("move", "{'column':0}")).isEqualTo("not_seated");
    assertThat(eve.refusal("sit", "{}")).isEqualTo("seat_taken");
    assertThat(ada.refusal("move", "{'column':9}")).isEqualTo("invalid_payload");
    for (int i = 0; i < 3; i++) {
      ada.moves(0);
      bob.moves(1);
    }
    ada.moves(0);
    for (Player each : List.of(ada, bob, eve)) {
      JsonObject game = each.at(9);
      assertThat(game.getString("winner")).isEqualTo("red");
      assertThat(game.getJsonArray("board").getString(5)).isEqualTo("ry.....");
      assertThat(game.getJsonArray("line")).hasSize(4);
    }
    assertThat(bob.refusal("move", "{'column':2}")).isEqualTo("not_playing");
    ada.does("rematch", "{}");
    bob.does("rematch", "{}");
    assertThat(eve.at(11).getString("turn")).isEqualTo("yellow");
    assertThat(eve.at(11).getJsonArray("board"))
        .isEqualTo(new JsonArray(Collections.nCopies(6, ".......")));
  }

  @Test
  void aPlayerWhoseConnectionDiesLosesTheSeatInTime() {
    ada.does("sit", "{}");
    bob.does("sit", "{}");
    ada.socket.abort();
    JsonObject game = bob.at(4);
    assertThat(game.getJsonObject("seats").getValue("red")).isNull();
    assertThat(game.getString("winner")).isEqualTo("yellow");
    assertThat(game.getBoolean("forfeit")).isTrue();
  }

  @Test
  void aFaultInTheLogicLeavesTheGameAsItWas() {
    RoomTypes types = PluginLoader.load(PLUGINS, new WithoutExamples());
    try (TestNode faulty = TestNode.builder().types(new Faulty(types)).start()) {
      faulty.create("{'id':'game','type':'faulty'}");
      PhoenixSocket red = faulty.connect("game", "vsn=2.0.0&userId=ada");
      PhoenixSocket yellow = faulty.connect("game", "vsn=2.0.0&userId=bob");
      red.join("lobby");
      yellow.join("lobby");
      red.send("['1','2','lobby','sit',{}]").awaitReply("2");
      yellow.send("['1','2','lobby','sit',{}]").awaitReply("2");
      JsonArray crashed = red.send("['1','3','lobby','move',{'column':6}]").awaitReply("3");
      assertThat(crashed.getJsonObject(4).getJsonObject("response").getString("reason"))
          .isEqualTo("instance_crashed");
      JsonArray ok = red.send("['1','4','lobby','move',{'column':5}]").awaitReply("4");
      assertThat(ok.getJsonObject(4).getJsonObject("response").getLong("seq")).isEqualTo(3);
      JsonArray msg =
          yellow.awaitMessage(
              m -> m.getString(3).equals("msg") && m.getJsonObject(4).getLong("seq") == 3);
      JsonArray board =
          msg.getJsonObject(4).getJsonObject("data").getJsonObject("state").getJsonArray("board");
      assertThat(board.getString(5)).isEqualTo(".....r.");
    }
  }
}
