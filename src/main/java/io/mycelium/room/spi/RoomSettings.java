package io.mycelium.room.spi;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.journal.Durability;
import io.mycelium.journal.Retention;
import io.mycelium.protocol.SlowConsumer;
import java.time.Duration;

/**
 * A room's settings, merged with the instance's config.
 *
 * @param type name of the room's type
 * @param state initial state from the creator, or null
 * @param history entries kept in the state that a join shows
 * @param presence whether the room tracks who is in it
 * @param open whether a shared room takes undeclared keys
 * @param patchInterval how long changes are gathered into one message; zero sends each change at
 *     once
 * @param settings free-form object for plug-ins, or null
 * @param durability which failures the room's entries survive
 * @param retention which of the room's entries may be dropped
 * @param limits for the parts of the room that clients can make grow
 * @param slowConsumer what happens to the messages for a socket that does not keep up
 */
public record RoomSettings(
    String type,
    JsonNode state,
    int history,
    boolean presence,
    boolean open,
    Duration patchInterval,
    JsonNode settings,
    Durability durability,
    Retention retention,
    RoomLimits limits,
    SlowConsumer slowConsumer) {

  /** With the default for slow consumers. */
  public RoomSettings(
      String type,
      JsonNode state,
      int history,
      boolean presence,
      boolean open,
      Duration patchInterval,
      JsonNode settings,
      Durability durability,
      Retention retention,
      RoomLimits limits) {
    this(
        type,
        state,
        history,
        presence,
        open,
        patchInterval,
        settings,
        durability,
        retention,
        limits,
        SlowConsumer.DISCONNECT);
  }

  /** Settings of a room whose entries are kept in this process only. */
  public RoomSettings(
      String type,
      JsonNode state,
      int history,
      boolean presence,
      boolean open,
      Duration patchInterval,
      JsonNode settings) {
    this(
        type,
        state,
        history,
        presence,
        open,
        patchInterval,
        settings,
        Durability.NONE,
        Retention.ALL,
        RoomLimits.DEFAULT);
  }
}
