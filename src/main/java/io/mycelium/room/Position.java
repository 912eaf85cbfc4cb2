package io.mycelium.room;

import com.fasterxml.jackson.databind.JsonNode;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Payload;
import io.mycelium.protocol.Refusal;

/**
 * The position from which a client resumes: {@code {"since": {"seq", "epoch"}}} in a join's
 * payload.
 */
public record Position(long seq, String epoch) {

  /**
   * @return null if the payload names none
   * @throws Refusal ({@code invalid_payload}) that names the fault
   */
  public static Position of(Payload join) {
    if (join == null || join.length() <= 2 || !join.isObject()) {
      return null;
    }
    JsonNode since = join.tree().get("since");
    if (since == null || since.isNull()) {
      return null;
    }
    JsonNode seq = since.get("seq");
    JsonNode epoch = since.get("epoch");
    boolean fits =
        seq != null
            && seq.isIntegralNumber()
            && seq.canConvertToLong()
            && seq.longValue() >= 0
            && epoch != null
            && epoch.isTextual();
    if (!fits) {
      throw Refusal.of(
          ErrorCode.INVALID_PAYLOAD,
          "since",
          since,
          "{\"seq\": a whole number from 0, \"epoch\": text}, both as an earlier join's reply gave"
              + " them");
    }
    return new Position(seq.longValue(), epoch.textValue());
  }
}
