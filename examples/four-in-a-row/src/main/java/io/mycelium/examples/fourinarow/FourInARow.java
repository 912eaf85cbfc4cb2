package io.mycelium.examples.fourinarow;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.room.spi.RoomLogic;
import io.mycelium.room.spi.RoomSettings;
import io.mycelium.room.spi.RoomType;
import java.util.Map;
import java.util.Set;

/**
 * The type {@code four-in-a-row}. Settings, in seconds: {@code seat_hold} (30), for how long a seat
 * is kept for a user who left the room; {@code turn_time} (120), after which a player who does not
 * move loses the seat, 0 for never.
 */
public final class FourInARow implements RoomType {
  private static final String SEAT_HOLD = "seat_hold";
  private static final String TURN_TIME = "turn_time";
  private static final int MAX_SECONDS = 86_400;

  @Override
  public String name() {
    return "four-in-a-row";
  }

  @Override
  public String description() {
    return "Four in a row for two players and any number of spectators";
  }

  @Override
  public RoomLogic<?> open(RoomSettings settings) {
    JsonNode given = settings.settings();
    if (given != null) {
      for (Map.Entry<String, JsonNode> each : given.properties()) {
        if (!Set.of(SEAT_HOLD, TURN_TIME).contains(each.getKey())) {
          throw refuse(
              each.getKey(), each.getValue(), "no such key; known are seat_hold, turn_time");
        }
      }
    }
    return new GameLogic(new Clock(millis(given, SEAT_HOLD, 30), millis(given, TURN_TIME, 120)));
  }

  private static long millis(JsonNode settings, String key, int absent) {
    JsonNode value = settings == null ? null : settings.get(key);
    if (value == null) {
      return absent * 1000L;
    }
    if (!value.isIntegralNumber()
        || !value.canConvertToInt()
        || value.intValue() < 0
        || value.intValue() > MAX_SECONDS) {
      throw refuse(key, value, "a whole number of seconds from 0 to " + MAX_SECONDS);
    }
    return value.intValue() * 1000L;
  }

  private static Refusal refuse(String key, JsonNode value, String expected) {
    return Refusal.of(ErrorCode.INVALID_CONFIG, "settings." + key, value, expected);
  }
}
