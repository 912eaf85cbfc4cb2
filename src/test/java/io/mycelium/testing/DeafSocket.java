package io.mycelium.testing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;

/**
 * A WebSocket client on plain TCP, for behaviour that no client library has: reading nothing, dying
 * at once.
 */
public final class DeafSocket implements AutoCloseable {
  private final Socket socket = new Socket();

  /** Connects and upgrades; reads nothing after the response to the upgrade. */
  public DeafSocket(int port, String instance) {
    try {
      socket.setReceiveBufferSize(4096);
      socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
      socket.connect(new InetSocketAddress("127.0.0.1", port));
      write(
          ("GET /socket/"
                  + instance
                  + "/websocket?vsn=2.0.0 HTTP/1.1\r\n"
                  + "Host: localhost\r\n"
                  + "Upgrade: websocket\r\n"
                  + "Connection: Upgrade\r\n"
                  + "Sec-WebSocket-Version: 13\r\n"
                  + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      String answer = readHead();
      if (!answer.startsWith("HTTP/1.1 101")) {
        throw new AssertionError("refused: " + answer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String readHead() throws IOException {
    InputStream in = socket.getInputStream();
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int read = in.read();
      if (read < 0) {
        throw new AssertionError("closed after " + head);
      }
      head.append((char) read);
    }
    return head.toString();
  }

  private void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  /** A masked text frame of up to 125 bytes. */
  public DeafSocket send(String frame) {
    byte[] text = frame.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(0x81);
    out.write(0x80 | text.length);
    out.writeBytes(new byte[4]);
    out.writeBytes(text);
    try {
      write(out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  /** Sends a close frame and leaves without waiting for the answer to it. */
  public void sayGoodbye() {
    try {
      write(new byte[] {(byte) 0x88, (byte) 0x80, 0, 0, 0, 0});
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads until that text came. */
  public DeafSocket awaitText(String wanted) {
    try {
      StringBuilder got = new StringBuilder();
      while (got.indexOf(wanted) < 0) {
        int read = socket.getInputStream().read();
        if (read < 0) {
          throw new AssertionError("closed before " + wanted + ": " + got);
        }
        got.append((char) read);
      }
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All that comes until that text does, frame headers included, as Latin-1. */
  public String readUntil(String wanted) {
    byte[] buffer = new byte[64 << 10];
    StringBuilder got = new StringBuilder();
    try {
      while (got.indexOf(wanted, Math.max(0, got.length() - buffer.length - wanted.length())) < 0) {
        int read = socket.getInputStream().read(buffer);
        if (read < 0) {
          throw new AssertionError("closed before " + wanted);
        }
        got.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
      }
      return got.toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Reads what is left until the other side is gone, politely or not. */
  public void awaitEnd() {
    byte[] buffer = new byte[64 << 10];
    try {
      while (socket.getInputStream().read(buffer) >= 0) {
        continue;
      }
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("still open", e);
    } catch (IOException e) {
      // a reset is an end
    }
  }

  /** Resets the connection: no close frame, no FIN. */
  public void die() {
    if (socket.isClosed()) {
      return;
    }
    try {
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    die();
  }
}
