package io.mycelium.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A room's name in the forms that frames need, built once per room: UTF-8, and a JSON string. */
public final class Topic {
  /** The topic of heartbeats; not a room. */
  public static final Topic PHOENIX = new Topic("phoenix");

  /** The name of the room that every instance has. */
  public static final String LOBBY = "lobby";

  private final String name;
  private final byte[] utf8;
  private final byte[] quoted;

  public Topic(String name) {
    this.name = name;
    this.utf8 = name.getBytes(StandardCharsets.UTF_8);
    this.quoted = JsonWriter.quoted(name);
  }

  public String name() {
    return name;
  }

  /** Length of the name in UTF-8. */
  public int bytes() {
    return utf8.length;
  }

  byte[] utf8() {
    return utf8;
  }

  byte[] quoted() {
    return quoted;
  }

  /** Whether the message is addressed to this topic; compares bytes, makes no string. */
  public boolean isOf(InboundMessage message) {
    return Arrays.equals(utf8, message.topic);
  }

  @Override
  public String toString() {
    return name;
  }
}
