package io.mycelium.web.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.testing.TestNode;
import io.vertx.core.json.JsonObject;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The settings of an instance, and their effect in a whole node. */
class SettingsTest {
  private TestNode node;
  private CheckedClient rest;

  @BeforeEach
  void start() {
    node = TestNode.start();
    rest = new CheckedClient(node.vertx(), node.port(), new TreeSet<>());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void aNameHasAsManyCharactersAsTheContractSays() {
    String name = "x".repeat(128);
    rest.send("createInstance", "/instances", "{'type':'shared','name':'" + name + "'}").is(201);
    String longer = "{'type':'shared','name':'" + name + "x'}";
    rest.send("createInstance", "/instances", longer).problem(422, "invalid_config");
    assertThatThrownBy(() -> node.create(longer))
        .as("what the contract never sees, such as an import's head")
        .hasMessageContaining("1 to 128 characters");
  }

  @Test
  void anOpenRoomTakesKeysThatItsStateDoesNotDeclare() {
    String spec =
        "{'id':'b','type':'shared','config':{'open':true},"
            + "'rooms':{'r':{'state':{'a':1}},'closed':{'state':{'a':1},'open':false}}}";
    rest.send("createInstance", "/instances", spec).is(201);
    String rooms = "/instances/b/rooms/";
    rest.send("sendMessage", rooms + "r/messages", "{'payload':{'b':2}}").is(200);
    assertThat(rest.send("getState", rooms + "r/state").is(200).json().getJsonObject("data"))
        .isEqualTo(new JsonObject("{\"type\":\"shared\",\"state\":{\"a\":1,\"b\":2}}"));
    JsonObject problem =
        rest.send("sendMessage", rooms + "closed/messages", "{'payload':{'b':2}}")
            .problem(422, "undeclared_key");
    assertThat(problem.getString("detail")).contains("key is b, expected one of [a]");
  }

  @Test
  void settingsOfAnInstanceAreWhatItsRoomsTakeUnlessTheyHaveTheirOwn() {
    String spec =
        "{'id':'s','type':'accumulative','config':{'settings':{'a':[1]}},"
            + "'rooms':{'r':{},'own':{'settings':{'b':2}}}}";
    JsonObject made = rest.send("createInstance", "/instances", spec).is(201).json();
    JsonObject settings = new JsonObject("{\"a\":[1]}");
    assertThat(made.getJsonObject("config").getJsonObject("settings")).isEqualTo(settings);
    assertThat(settingsOf("/instances/s/rooms/r")).isEqualTo(settings);
    assertThat(settingsOf("/instances/s/rooms/own")).isEqualTo(new JsonObject("{\"b\":2}"));
  }

  private JsonObject settingsOf(String room) {
    JsonObject read = rest.send("getRoom", room).is(200).json();
    return read.getJsonObject("config").getJsonObject("settings");
  }
}
