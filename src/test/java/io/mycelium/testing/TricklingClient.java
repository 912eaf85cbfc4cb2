package io.mycelium.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A client that sends one byte at a time and never comes to an end (Slowloris), until it is cut
 * off.
 */
public final class TricklingClient implements AutoCloseable {
  private static final int PAUSE_MS = 50;

  private final Socket socket;
  private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor();
  private int sent;

  /**
   * @param begin sent at once
   * @param rest sent byte by byte, again and again
   */
  public TricklingClient(int port, String begin, String rest) {
    try {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      socket.getOutputStream().write(begin.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!rest.isEmpty()) {
      writer.scheduleAtFixedRate(() -> trickle(rest), PAUSE_MS, PAUSE_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void trickle(String rest) {
    try {
      socket.getOutputStream().write(rest.charAt(sent++ % rest.length()));
    } catch (IOException e) {
      // It was cut off, which is what the reader waits for.
      writer.shutdown();
    }
  }

  /** Whether the server has said something. */
  public boolean isAnswered() {
    try {
      return socket.getInputStream().available() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that the server sends until it ends the connection, in order or with a reset. */
  public String readToEnd() {
    StringBuilder text = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int c = in.read(); c >= 0; c = in.read()) {
        text.append((char) c);
      }
    } catch (SocketException e) {
      // A reset.
      return text.toString();
    } catch (IOException e) {
      throw new AssertionError("not cut off; it sent " + text, e);
    }
    return text.toString();
  }

  @Override
  public void close() {
    writer.shutdownNow();
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
