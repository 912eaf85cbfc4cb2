package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.SortedMap;
import java.util.TreeMap;

/** A client that keeps the messages of a chat, and comes back with its position. */
final class ResumingClient {
  private final SortedMap<Long, Integer> told = new TreeMap<>();
  private String epoch;
  private long seq;
  private PhoenixSocket socket;
  private int ref;

  boolean isJoined() {
    return socket != null;
  }

  /** How it left, the server sees or not. */
  void leave(boolean politely) {
    if (politely) {
      socket.close();
    } else {
      socket.abort();
    }
    socket = null;
  }

  /**
   * Joins, with its position if it has one, and takes all messages before the join's reply.
   *
   * @param truth entries of the room, none of which comes meanwhile
   * @param must how many entries back it must be able to resume, where the epoch is the same
   */
  void join(PhoenixSocket connected, String now, SortedMap<Long, Integer> truth, int must) {
    socket = connected;
    String since = epoch == null ? "null" : "{'seq':" + seq + ",'epoch':'" + epoch + "'}";
    String joinRef = String.valueOf(++ref);
    socket.send("['" + joinRef + "','" + joinRef + "','r','phx_join',{'since':" + since + "}]");
    JsonObject reply = socket.awaitReply(joinRef).getJsonObject(4);
    assertThat(reply.getString("status")).as(reply.encode()).isEqualTo("ok");
    JsonObject response = reply.getJsonObject("response");
    long last = truth.isEmpty() ? 0 : truth.lastKey();
    String as = "position " + seq + " of " + epoch + " answered with " + response;
    assertThat(response.getString("epoch")).as(as).isEqualTo(now);
    assertThat(response.getLong("seq")).as(as).isEqualTo(last);
    boolean same = now.equals(epoch);
    Boolean recovered = response.getBoolean("recovered");
    assertThat(recovered == null).as(as).isEqualTo(epoch == null);
    if (Boolean.TRUE.equals(recovered)) {
      assertThat(same && seq <= last).as("rightly recovered: " + as).isTrue();
    } else {
      assertThat(same && seq <= last && last - seq <= must).as("not recovered: " + as).isFalse();
      state();
    }
    epoch = now;
    knows(truth);
  }

  /** The next message is the whole state. */
  private void state() {
    JsonArray message = next();
    assertThat(message.getString(3)).isEqualTo("state");
    told.clear();
    add(message.getJsonObject(4));
    seq = message.getJsonObject(4).getLong("seq");
  }

  /**
   * The messages up to the newest entry arrive, one for each, so that the client has all entries.
   */
  void knows(SortedMap<Long, Integer> truth) {
    long last = truth.isEmpty() ? 0 : truth.lastKey();
    while (seq < last) {
      JsonArray message = next();
      assertThat(message.getString(3)).as(message.encode()).isEqualTo("msg");
      assertThat(message.getJsonObject(4).getLong("seq")).isEqualTo(seq + 1);
      add(message.getJsonObject(4));
      seq++;
    }
    assertThat(told).isEqualTo(truth);
  }

  private JsonArray next() {
    return socket.awaitMessage(
        message ->
            message.getString(3).equals("msg")
                || message.getString(3).equals("state")
                || message.getString(3).equals("phx_error"));
  }

  private void add(JsonObject payload) {
    JsonObject state = payload.getJsonObject("data").getJsonObject("state");
    for (String number : state.fieldNames()) {
      Integer before =
          told.put(
              Long.valueOf(number),
              state.getJsonObject(number).getJsonObject("payload").getInteger("n"));
      assertThat(before).as("entry " + number + " was told once").isNull();
    }
  }
}
