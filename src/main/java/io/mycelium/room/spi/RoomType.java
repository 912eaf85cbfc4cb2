package io.mycelium.room.spi;

/**
 * A kind of room, by name: the {@code type} in the REST API. A plug-in names its implementations in
 * {@code META-INF/services/io.mycelium.room.spi.RoomType}; they need a public constructor without
 * parameters.
 */
public interface RoomType {
  /** The type's name: lower case letters, digits and dashes, at most 32. */
  String name();

  /** One line for {@code GET /types}. */
  String description();

  /**
   * The logic of a room of this type; called once per room and deployment, on the instance's
   * thread.
   *
   * @throws io.mycelium.protocol.Refusal if this type refuses the settings; names field and value
   */
  RoomLogic<?> open(RoomSettings settings);
}
