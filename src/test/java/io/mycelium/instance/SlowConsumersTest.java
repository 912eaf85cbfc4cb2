package io.mycelium.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mycelium.protocol.Refusal;
import io.mycelium.protocol.SlowConsumer;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A room that cannot have the policy is refused, with the value and what would do. */
class SlowConsumersTest {
  private static InstanceSpec read(String spec) {
    return InstanceSpec.read(new JsonObject(spec.replace('\'', '"')));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'type':'accumulative','config':{'slow_consumer':'drop_oldest'}} | config.slow_consumer is "drop_oldest", expected disconnect, or durability none, where this room has sync
          {'type':'accumulative','config':{'slow_consumer':'drop_oldest','durability':'async'}} | where this room has async
          {'type':'accumulative','rooms':{'r':{'slow_consumer':'drop_oldest'}}} | rooms.r.slow_consumer is "drop_oldest", expected disconnect, or durability none
          {'type':'collaborative','config':{'slow_consumer':'drop_oldest'},'rooms':{'r':{'durability':'sync'}}} | rooms.r.slow_consumer is "drop_oldest"
          {'type':'accumulative','config':{'slow_consumer':'conflate'}} | config.slow_consumer is "conflate", expected disconnect, or a room of type shared or collaborative; this one is accumulative
          {'type':'shared','config':{'slow_consumer':'conflate'},'rooms':{'r':{'type':'game'}}} | rooms.r.slow_consumer is "conflate", expected disconnect, or a room of type shared or collaborative; this one is game
          {'type':'shared','config':{'slow_consumer':'newest'}} | config.slow_consumer is "newest", expected one of disconnect, drop_oldest, conflate
          """)
  void aPolicyThatTheRoomCannotHaveIsRefused(String spec, String message) {
    assertThatThrownBy(() -> read(spec)).isInstanceOf(Refusal.class).hasMessageContaining(message);
  }

  @Test
  void eachRoomHasItsOwnOrTheInstances() {
    InstanceSpec spec =
        read(
            """
            {'type':'collaborative','config':{'slow_consumer':'conflate'},'rooms':{
              'dropping':{'slow_consumer':'drop_oldest'},
              'chat':{'type':'accumulative','slow_consumer':'disconnect'},
              'board':{'type':'shared'}}}\
            """);
    assertThat(policy(spec, "lobby")).isEqualTo(SlowConsumer.CONFLATE);
    assertThat(policy(spec, "board")).isEqualTo(SlowConsumer.CONFLATE);
    assertThat(policy(spec, "dropping")).isEqualTo(SlowConsumer.DROP_OLDEST);
    assertThat(policy(spec, "chat")).isEqualTo(SlowConsumer.DISCONNECT);
    assertThat(InstanceSpec.read(spec.toJson()).rooms()).isEqualTo(spec.rooms());
  }

  @Test
  void roomsDisconnectUnlessTheySayOtherwise() {
    assertThat(policy(read("{'type':'shared'}"), "lobby")).isEqualTo(SlowConsumer.DISCONNECT);
  }

  private static SlowConsumer policy(InstanceSpec spec, String room) {
    return spec.rooms().get(room).slowConsumer();
  }
}
