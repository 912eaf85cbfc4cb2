package io.mycelium.room.types;

import io.mycelium.protocol.JsonWriter;
import io.mycelium.protocol.Payload;
import io.mycelium.room.spi.RoomLogic;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * Payloads by name, a value that knows its size: what changes it counts what changed. They stay the
 * bytes that came, of which a tree would take many times as many.
 *
 * @param keyTimes how often a key stands in the state that is shown
 * @param size see {@link RoomLogic#size}
 */
record Payloads(PMap<String, Payload> map, int keyTimes, long size) {
  static Payloads empty(int keyTimes) {
    return new Payloads(HashTreePMap.empty(), keyTimes, 0);
  }

  Payloads plus(String key, Payload payload) {
    Payload before = map.get(key);
    int change = before == null ? keyBytes(key) : -before.jsonLength();
    return new Payloads(map.plus(key, payload), keyTimes, size + change + payload.jsonLength());
  }

  Payloads minus(String key) {
    Payload before = map.get(key);
    return before == null
        ? this
        : new Payloads(map.minus(key), keyTimes, size - keyBytes(key) - before.jsonLength());
  }

  private int keyBytes(String key) {
    return keyTimes * JsonWriter.quotedLength(key) + RoomLogic.ITEM_BYTES;
  }
}
