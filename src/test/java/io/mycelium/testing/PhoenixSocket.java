package io.mycelium.testing;

import io.vertx.core.json.JsonArray;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A raw WebSocket client (the JDK's, so not our own stack) that keeps every frame it gets, in
 * order, for the test to wait for. For one test thread.
 */
public final class PhoenixSocket implements WebSocket.Listener, AutoCloseable {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /** What came in. */
  public sealed interface Frame {}

  public record Text(String text) implements Frame {
    /** A V2 message: {@code [join_ref, ref, topic, event, payload]}. */
    public JsonArray message() {
      return new JsonArray(text);
    }

    public String event() {
      return message().getString(3);
    }
  }

  public record Binary(byte[] bytes) implements Frame {}

  public record Closed(int code, String reason) implements Frame {}

  private final LinkedBlockingQueue<Frame> incoming = new LinkedBlockingQueue<>();
  private final List<Frame> skipped = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();
  private WebSocket socket;

  private PhoenixSocket() {}

  public static PhoenixSocket connect(int port, String path) {
    return connect(port, path, new String[0]);
  }

  /** One that offers these sub-protocols, in that order. */
  public static PhoenixSocket connect(int port, String path, String... protocols) {
    return connect(HTTP, URI.create("ws://127.0.0.1:" + port + path), protocols);
  }

  public static PhoenixSocket connect(HttpClient http, URI uri, String... protocols) {
    PhoenixSocket client = new PhoenixSocket();
    WebSocket.Builder builder = http.newWebSocketBuilder().connectTimeout(Duration.ofSeconds(10));
    if (protocols.length > 0) {
      builder.subprotocols(protocols[0], Arrays.copyOfRange(protocols, 1, protocols.length));
    }
    client.socket = builder.buildAsync(uri, client).join();
    return client;
  }

  /** What the server took of the sub-protocols that were offered; empty for none. */
  public String protocol() {
    return socket.getSubprotocol();
  }

  public PhoenixSocket send(String frame) {
    socket.sendText(frame.replace('\'', '"'), true).join();
    return this;
  }

  public PhoenixSocket sendBinary(byte[] frame) {
    socket.sendBinary(ByteBuffer.wrap(frame), true).join();
    return this;
  }

  /** Joins a room with reference 1 and waits for the reply; returns the reply's payload. */
  public io.vertx.core.json.JsonObject join(String room) {
    send("['1','1','" + room + "','phx_join',{}]");
    return awaitReply("1").getJsonObject(4);
  }

  /** The reply to this reference; other frames stay for later calls. */
  public JsonArray awaitReply(String ref) {
    return awaitMessage(
        m -> "phx_reply".equals(m.getString(3)) && ref.equals(String.valueOf(m.getValue(1))));
  }

  public JsonArray awaitEvent(String event) {
    return awaitMessage(m -> event.equals(m.getString(3)));
  }

  /** The first V2 text message, among those not yet taken, that matches. */
  public JsonArray awaitMessage(Predicate<JsonArray> wanted) {
    Frame found = await(frame -> frame instanceof Text t && wanted.test(t.message()));
    return ((Text) found).message();
  }

  public Closed awaitClosed() {
    return (Closed) await(frame -> frame instanceof Closed);
  }

  public byte[] awaitBinary() {
    return ((Binary) await(frame -> frame instanceof Binary)).bytes();
  }

  /** The next frame that matches; those before it stay for later calls. */
  public Frame await(Predicate<Frame> wanted) {
    for (int i = 0; i < skipped.size(); i++) {
      if (wanted.test(skipped.get(i))) {
        return skipped.remove(i);
      }
    }
    long deadline = System.nanoTime() + TestNode.PATIENCE.toNanos();
    while (true) {
      Frame frame = poll(deadline);
      if (frame == null) {
        throw new AssertionError(
            "nothing that matches came within " + TestNode.PATIENCE + "; got " + skipped);
      }
      if (wanted.test(frame)) {
        return frame;
      }
      skipped.add(frame);
    }
  }

  /** The next frame, whatever it is. */
  public Frame next() {
    return await(frame -> true);
  }

  /** Frames that came and were not taken. */
  public List<Frame> rest() {
    incoming.drainTo(skipped);
    return skipped;
  }

  private Frame poll(long deadline) {
    try {
      return incoming.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public CompletionStage<?> onText(WebSocket ws, CharSequence data, boolean last) {
    text.append(data);
    if (last) {
      incoming.add(new Text(text.toString()));
      text.setLength(0);
    }
    ws.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onBinary(WebSocket ws, ByteBuffer data, boolean last) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    binary.writeBytes(bytes);
    if (last) {
      incoming.add(new Binary(binary.toByteArray()));
      binary.reset();
    }
    ws.request(1);
    return null;
  }

  @Override
  public CompletionStage<?> onClose(WebSocket ws, int code, String reason) {
    incoming.add(new Closed(code, reason));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void onError(WebSocket ws, Throwable error) {
    incoming.add(new Closed(-1, String.valueOf(error)));
  }

  /** Goes away without a close frame. */
  public void abort() {
    socket.abort();
  }

  @Override
  public void close() {
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }
}
