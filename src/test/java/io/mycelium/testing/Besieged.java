package io.mycelium.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A server process with little memory, which it may not exceed, and two clients of it that behave:
 * what one pushes the other gets, all the time, while a test does its worst from elsewhere.
 */
public final class Besieged implements AutoCloseable {
  /** Share of the full numbers; {@code -Dmycelium.hostile=1} is all of them. */
  private static final double SHARE =
      Double.parseDouble(System.getProperty("mycelium.hostile", "0.05"));

  /** Heap and buffers, the JVM's own and what its allocator keeps. */
  private static final long MOST_RESIDENT = 450L << 20;

  /** At full size 60 attackers get 60 messages of 130 KB each, on the cores of the server. */
  private static final long LONGEST_WAIT_MS = SHARE < 0.5 ? 5000 : 20_000;

  /** Share of a core; the two that talk take a tenth of it. */
  private static final double AT_REST = 0.5;

  private static final long WINDOW_NS = 250_000_000;

  private final ServerProcess server;
  private final Thread flow;
  private final AtomicInteger flowed = new AtomicInteger();
  private final List<String> failures = new ArrayList<>();
  private volatile long worstMs;
  private volatile boolean over;
  private long usedBefore;

  public Besieged() {
    this(Map.of());
  }

  /**
   * @param options variables of the server
   */
  public Besieged(Map<String, String> options) {
    Map<String, String> environment = new HashMap<>(options);
    environment.put("MYCELIUM_JOURNAL_URL", "memory:");
    // The default, 64 MiB, may take twice that of a heap; this one has 128 MB.
    environment.put("MYCELIUM_SOCKET_MAX_UNFINISHED_BYTES", "16MiB");
    server =
        ServerProcess.withJvmFlags(
            environment, "-Xmx128m", "-XX:MaxDirectMemorySize=128m", "-XX:+ExitOnOutOfMemoryError");
    server.request("POST", "/instances", "{\"id\":\"healthy\",\"type\":\"accumulative\"}");
    server.request(
        "POST",
        "/instances",
        "{\"id\":\"siege\",\"type\":\"accumulative\",\"config\":{\"history\":2}}");
    flow = new Thread(this::flow, "healthy");
    flow.start();
    usedBefore = server.cpuMillis();
  }

  /** That share of a full number; at least the tenth part of a thousandth of it, and 1. */
  public static int scaled(int full) {
    return (int) Math.max(1, full * SHARE);
  }

  private void flow() {
    String path = "/socket/healthy/websocket?vsn=2.0.0&userId=";
    try (PhoenixSocket ada = PhoenixSocket.connect(server.port(), path + "ada");
        PhoenixSocket bob = PhoenixSocket.connect(server.port(), path + "bob")) {
      ada.join("lobby");
      bob.join("lobby");
      for (int i = 2; !over; i++) {
        long began = System.nanoTime();
        ada.send("['1','" + i + "','lobby','push'," + i + "]");
        JsonArray msg = bob.awaitEvent("msg");
        ada.awaitReply(String.valueOf(i));
        ada.awaitEvent("msg");
        if (msg.getJsonObject(4).getLong("seq") != i - 1) {
          failures.add("message " + i + " came as " + msg);
        }
        worstMs = Math.max(worstMs, (System.nanoTime() - began) / 1_000_000);
        flowed.incrementAndGet();
        TimeUnit.MILLISECONDS.sleep(10);
      }
    } catch (InterruptedException | RuntimeException | AssertionError e) {
      failures.add(e.toString());
    }
  }

  public int port() {
    return server.port();
  }

  public String log() {
    return server.log();
  }

  public String request(String method, String path, String body) {
    return server.request(method, path, body);
  }

  /** The server lives, within its memory, and the two have not been kept waiting. */
  public void assertUnharmed() {
    int before = flowed.get();
    long deadline = System.nanoTime() + TestNode.PATIENCE.toNanos();
    while (flowed.get() < before + 20 && failures.isEmpty() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertThat(server.isAlive()).as("the server lives: %s", server.log()).isTrue();
    assertThat(failures).isEmpty();
    assertThat(flowed.get()).as("messages flow").isGreaterThanOrEqualTo(before + 20);
    long worst = worstMs;
    worstMs = 0;
    Figures.log("20 messages beside a siege: longest wait %d ms", worst);
    assertThat(worst).as("longest wait of a healthy client").isLessThan(LONGEST_WAIT_MS);
    assertThat(server.residentBytes()).as("memory").isLessThan(MOST_RESIDENT);
    String log = server.log();
    assertThat(log.indexOf(" ERROR ")).as(() -> log.substring(log.indexOf(" ERROR "))).isNegative();
  }

  /** Unharmed, and once the attack is over it is over: nothing goes on working at it. */
  public void assertOver(String attack) {
    assertUnharmed();
    long deadline = System.nanoTime() + TestNode.PATIENCE.toNanos();
    long used = server.cpuMillis();
    long began = System.nanoTime();
    double share = 1;
    while (share > AT_REST && System.nanoTime() < deadline) {
      long before = server.cpuMillis();
      long since = System.nanoTime();
      LockSupport.parkNanos(WINDOW_NS);
      share = (server.cpuMillis() - before) * 1e6 / (System.nanoTime() - since);
    }
    assertThat(share).as("share of a core that it uses after %s", attack).isLessThan(AT_REST);
    Figures.log(
        "%s: %d ms of CPU, at rest %d ms later, %d MB resident",
        attack,
        used - usedBefore,
        (System.nanoTime() - began) / 1_000_000,
        server.residentBytes() >> 20);
    usedBefore = server.cpuMillis();
  }

  /** Reads all that comes, so that the server is not held up; the number of frames at the end. */
  public static CompletableFuture<List<RawSocket.Frame>> drain(RawSocket socket, String until) {
    return CompletableFuture.supplyAsync(
        () -> {
          List<RawSocket.Frame> others = new ArrayList<>();
          for (RawSocket.Frame f = socket.next(); f != null; f = socket.next()) {
            if (others.size() < 1000) {
              others.add(f);
            }
            boolean last = f.opcode() == RawSocket.TEXT && f.text().contains(until);
            if (last || f.opcode() == RawSocket.CLOSE) {
              others.add(f);
              break;
            }
          }
          return others;
        });
  }

  @Override
  public void close() {
    over = true;
    try {
      flow.join(TestNode.PATIENCE.toMillis());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    server.close();
  }
}
