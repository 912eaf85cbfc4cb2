package io.mycelium.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.testing.PhoenixSocket;
import io.mycelium.testing.PhoenixSocket.Closed;
import io.mycelium.testing.PhoenixSocket.Frame;
import io.mycelium.testing.PhoenixSocket.Text;
import io.mycelium.testing.ServerProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real server is killed (SIGKILL) under load again and again; afterwards the replies that clients
 * got are compared with the journal. {@code -Dmycelium.kills=100} for a long run.
 */
class KillTest {
  private static final Logger LOG = LoggerFactory.getLogger(KillTest.class);
  private static final int KILLS = Integer.getInteger("mycelium.kills", 20);
  private static final int WRITERS = 4;
  private static final String ROOM = "r";

  @TempDir private Path folder;

  /** Ids of messages by the sequence in the reply to their sender. */
  private final Map<String, Long> acked = new ConcurrentHashMap<>();

  private final Semaphore acks = new Semaphore(0);
  private volatile boolean writing = true;
  private volatile long lastSeq = Long.MAX_VALUE;

  @Test
  void noAcknowledgedMessageIsLostDoubledOrOutOfOrder() throws Exception {
    ExecutorService threads = Executors.newCachedThreadPool();
    try (ServerProcess server = ServerProcess.durable(folder)) {
      server.request(
          "POST", "/instances", "{\"id\":\"k\",\"type\":\"accumulative\",\"rooms\":{\"r\":{}}}");
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        boolean once = i > 0;
        String name = "w" + i;
        writers.add(threads.submit(() -> write(server.port(), name, once)));
      }
      List<Future<List<String>>> readers = new ArrayList<>();
      readers.add(threads.submit(() -> read(server.port(), 0)));
      readers.add(threads.submit(() -> read(server.port(), 7)));
      killAgainAndAgain(server);
      writing = false;
      for (Future<?> writer : writers) {
        writer.get(60, TimeUnit.SECONDS);
      }
      List<String> kept = entries(server);
      lastSeq = kept.size();
      server.request("POST", "/instances/k/rooms/r/messages", "{\"payload\":{\"id\":\"end\"}}");
      kept.add("end");
      checkAcked(kept);
      for (Future<List<String>> reader : readers) {
        assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo(kept);
      }
      LOG.info("{} kills, {} messages acknowledged, {} kept", KILLS, acked.size(), kept.size());
    } finally {
      threads.shutdownNow();
    }
  }

  /** Kills at another point each time: some messages after the last start. */
  private void killAgainAndAgain(ServerProcess server) throws InterruptedException {
    Random random = new Random(7);
    for (int i = 0; i < KILLS; i++) {
      acks.drainPermits();
      assertThat(acks.tryAcquire(1 + random.nextInt(300), 60, TimeUnit.SECONDS)).isTrue();
      server.killAndRestart();
    }
    acks.drainPermits();
    assertThat(acks.tryAcquire(20, 60, TimeUnit.SECONDS)).isTrue();
  }

  private void checkAcked(List<String> kept) {
    Map<String, Integer> times = new HashMap<>();
    kept.forEach(id -> times.merge(id, 1, Integer::sum));
    assertThat(times.entrySet()).as("kept more than once").noneMatch(each -> each.getValue() > 1);
    acked.forEach(
        (id, seq) -> assertThat(kept.get((int) (seq - 1))).as("entry " + seq).isEqualTo(id));
  }

  /** Ids of all entries, whose sequences are checked to have no gap. */
  private static List<String> entries(ServerProcess server) {
    List<String> ids = new ArrayList<>();
    while (true) {
      String path = "/instances/k/rooms/r/entries?limit=1000&after=" + ids.size();
      JsonArray page = new JsonObject(server.request("GET", path, null)).getJsonArray("entries");
      if (page.isEmpty()) {
        return ids;
      }
      for (int i = 0; i < page.size(); i++) {
        JsonObject entry = page.getJsonObject(i);
        assertThat(entry.getLong("seq")).isEqualTo(ids.size() + 1);
        ids.add(entry.getJsonObject("payload").getString("id"));
      }
    }
  }

  private static PhoenixSocket connect(int port) {
    while (true) {
      try {
        return PhoenixSocket.connect(port, "/socket/k/websocket?vsn=2.0.0");
      } catch (CompletionException e) {
        Thread.yield();
      }
    }
  }

  /** The awaited message; null if the connection ended before it arrived. */
  private static JsonArray next(PhoenixSocket socket, String ref) {
    Frame frame =
        socket.await(
            each ->
                each instanceof Closed
                    || each instanceof Text text
                        && text.event().equals("phx_reply")
                        && ref.equals(text.message().getString(1)));
    return frame instanceof Text text ? text.message() : null;
  }

  /**
   * A {@code push_once} is sent until it is acknowledged; an ordinary push whose answer was lost is
   * given up, since it may have been kept.
   */
  private Void write(int port, String name, boolean once) {
    int number = 0;
    while (writing) {
      PhoenixSocket socket = connect(port);
      socket.send("['1','1','" + ROOM + "','phx_join',{}]");
      boolean open = next(socket, "1") != null;
      while (open && writing) {
        String id = name + "-" + number;
        String payload =
            once ? "{'key':'" + id + "','data':{'id':'" + id + "'}}" : "{'id':'" + id + "'}";
        open = send(socket, once ? "push_once" : "push", id, payload);
        if (open || !once) {
          number++;
        }
      }
      socket.abort();
    }
    return null;
  }

  private boolean send(PhoenixSocket socket, String event, String id, String payload) {
    try {
      socket.send("['1','" + id + "','" + ROOM + "','" + event + "'," + payload + "]");
    } catch (CompletionException e) {
      return false;
    }
    JsonArray reply = next(socket, id);
    if (reply == null) {
      return false;
    }
    JsonObject answer = reply.getJsonObject(4);
    assertThat(answer.getString("status")).as(answer.encode()).isEqualTo("ok");
    Long before = acked.put(id, answer.getJsonObject("response").getLong("seq"));
    assertThat(before).isNull();
    acks.release();
    socket.rest().clear();
    return true;
  }

  /**
   * Ids of all messages as one client saw them, over all its connections: in order, none twice,
   * none left out.
   *
   * @param impatience number of messages after which the client leaves and comes back by itself; 0
   *     for never
   */
  private List<String> read(int port, int impatience) {
    List<String> seen = new ArrayList<>();
    String epoch = null;
    while (seen.size() <= lastSeq) {
      PhoenixSocket socket = connect(port);
      String since =
          epoch == null ? "{}" : "{'since':{'seq':" + seen.size() + ",'epoch':'" + epoch + "'}}";
      socket.send("['1','1','" + ROOM + "','phx_join'," + since + "]");
      JsonArray reply = next(socket, "1");
      if (reply != null) {
        JsonObject response = reply.getJsonObject(4).getJsonObject("response");
        if (epoch == null) {
          epoch = response.getString("epoch");
          socket.send("['1','l','" + ROOM + "','phx_leave',{}]");
          boolean left = next(socket, "l") != null;
          socket.rest().clear();
          since = "{'since':{'seq':0,'epoch':'" + epoch + "'}}";
          if (left) {
            socket.send("['2','2','" + ROOM + "','phx_join'," + since + "]");
          }
          JsonArray again = left ? next(socket, "2") : null;
          response = again == null ? null : again.getJsonObject(4).getJsonObject("response");
        }
        if (response != null) {
          assertThat(response.getBoolean("recovered")).as(response.encode()).isTrue();
          follow(socket, seen, impatience);
        }
      }
      socket.abort();
    }
    return seen;
  }

  private void follow(PhoenixSocket socket, List<String> seen, int impatience) {
    int came = 0;
    while (seen.size() <= lastSeq && (impatience == 0 || came < impatience * 40)) {
      Frame frame =
          socket.await(
              each -> each instanceof Closed || each instanceof Text t && t.event().equals("msg"));
      if (!(frame instanceof Text text)) {
        return;
      }
      JsonObject payload = text.message().getJsonObject(4);
      assertThat(payload.getLong("seq")).isEqualTo(seen.size() + 1);
      JsonObject state = payload.getJsonObject("data").getJsonObject("state");
      seen.add(
          state
              .getJsonObject(Long.toString(seen.size() + 1))
              .getJsonObject("payload")
              .getString("id"));
      came++;
    }
  }
}
