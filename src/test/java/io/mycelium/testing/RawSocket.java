package io.mycelium.testing;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.SSLContext;

/**
 * A WebSocket client on plain TCP: it sends frames that no library would send, and answers no ping
 * by itself. For one test thread.
 */
public final class RawSocket implements AutoCloseable {
  public static final int CONTINUATION = 0;
  public static final int TEXT = 1;
  public static final int BINARY = 2;
  public static final int CLOSE = 8;
  public static final int PING = 9;
  public static final int PONG = 10;

  private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};
  private static final int FINAL = 0x80;
  private static final int MASKED = 0x80;

  /**
   * One frame from the server.
   *
   * @param deflated whether its payload is compressed
   */
  public record Frame(int opcode, boolean deflated, byte[] payload) {
    public String text() {
      return new String(payload, StandardCharsets.UTF_8);
    }

    /** Status of a close frame; 1005 (none) if it has no payload. */
    public int status() {
      return payload.length < 2 ? 1005 : ByteBuffer.wrap(payload).getShort() & 0xffff;
    }

    public String reason() {
      return payload.length < 2
          ? ""
          : new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8);
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final Map<String, String> answer = new HashMap<>();

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.connect(new InetSocketAddress("127.0.0.1", port), (int) TestNode.PATIENCE.toMillis());
    return socket;
  }

  private RawSocket(Socket connected) throws IOException {
    socket = connected;
    socket.setSoTimeout((int) TestNode.PATIENCE.toMillis());
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    out = socket.getOutputStream();
  }

  /** A TCP connection on which nothing was sent yet. */
  public static RawSocket tcp(int port) {
    try {
      return new RawSocket(connect(port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A TLS connection on which nothing was sent yet. */
  public static RawSocket tls(int port, SSLContext context) {
    try {
      return new RawSocket(context.getSocketFactory().createSocket("localhost", port));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An upgraded connection. */
  public static RawSocket open(int port, String path) {
    return tcp(port).open(path);
  }

  /** One that offers these extensions. */
  public static RawSocket offering(int port, String path, String extensions) {
    String more = "\r\nSec-WebSocket-Extensions: " + extensions + "\r\n\r\n";
    return tcp(port).upgraded(path, upgrade(path).replace("\r\n\r\n", more));
  }

  /** A header of the last response, by its name in lower case; null if it had none. */
  public String answered(String header) {
    return answer.get(header);
  }

  /** Upgrades it. */
  public RawSocket open(String path) {
    return upgraded(path, upgrade(path));
  }

  private RawSocket upgraded(String path, String request) {
    String status = request(request);
    if (!status.contains(" 101 ")) {
      throw new AssertionError("the upgrade of " + path + " was answered " + status);
    }
    return this;
  }

  /** The head of an upgrade request (RFC 6455 section 1.3 has this key). */
  public static String upgrade(String path) {
    return "GET "
        + path
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  }

  /** Sends a request's head, and returns the status line once the head of the response was read. */
  public String request(String head) {
    raw(head.getBytes(StandardCharsets.ISO_8859_1));
    String status = line();
    answer.clear();
    for (String line = line(); !line.isBlank(); line = line()) {
      String[] header = line.split(":\\s*", 2);
      answer.put(header[0].toLowerCase(Locale.ROOT), header[header.length - 1]);
    }
    return status;
  }

  private String line() {
    try {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        if (c != '\r') {
          line.write(c);
        }
      }
      return line.toString(StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public RawSocket raw(byte... bytes) {
    try {
      out.write(bytes);
      out.flush();
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A whole, masked text message; single quotes stand for double ones. */
  public RawSocket text(String text) {
    return frame(TEXT, text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  /** A final, masked frame. */
  public RawSocket frame(int opcode, byte... payload) {
    return raw(encoded(FINAL | opcode, true, payload));
  }

  /** A masked frame that others of the same message follow. */
  public RawSocket fragment(int opcode, byte... payload) {
    return raw(encoded(opcode, true, payload));
  }

  public RawSocket closeFrame(int status, String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    return frame(
        CLOSE, ByteBuffer.allocate(2 + text.length).putShort((short) status).put(text).array());
  }

  /** Answers a close frame, if the server still listens. */
  public void answer(Frame close) {
    try {
      out.write(encoded(FINAL | CLOSE, true, close.payload()));
      out.flush();
    } catch (IOException e) {
      assertEnded();
    }
  }

  private void assertEnded() {
    if (next() != null) {
      throw new AssertionError("the server cannot be written to but still sends");
    }
  }

  /** The bytes of a frame with this first byte (final bit, reserved bits, opcode). */
  public static byte[] encoded(int first, boolean masked, byte... payload) {
    ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
    frame.put((byte) first);
    int mask = masked ? MASKED : 0;
    if (payload.length < 126) {
      frame.put((byte) (mask | payload.length));
    } else if (payload.length < 65_536) {
      frame.put((byte) (mask | 126)).putShort((short) payload.length);
    } else {
      frame.put((byte) (mask | 127)).putLong(payload.length);
    }
    if (masked) {
      frame.put(MASK);
    }
    for (int i = 0; i < payload.length; i++) {
      frame.put(masked ? (byte) (payload[i] ^ MASK[i & 3]) : payload[i]);
    }
    byte[] bytes = new byte[frame.position()];
    frame.flip().get(bytes);
    return bytes;
  }

  /**
   * The next frame; null once the server has ended the TCP connection, in order or with a reset.
   */
  public Frame next() {
    try {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      int length = in.readUnsignedByte();
      long size = length == 126 ? in.readUnsignedShort() : length == 127 ? in.readLong() : length;
      byte[] payload = new byte[(int) size];
      in.readFully(payload);
      return new Frame(first & 0x0f, (first & 0x40) != 0, payload);
    } catch (EOFException | SocketException e) {
      return null;
    } catch (IOException e) {
      throw new AssertionError("no frame came", e);
    }
  }

  /** The next frame with that opcode; others are dropped. */
  public Frame await(int opcode) {
    for (Frame frame = next(); frame != null; frame = next()) {
      if (frame.opcode() == opcode) {
        return frame;
      }
    }
    throw new AssertionError("the connection ended before a frame with opcode " + opcode);
  }

  /** The next text frame that contains this text. */
  public String awaitText(String part) {
    while (true) {
      String text = await(TEXT).text();
      if (text.contains(part.replace('\'', '"'))) {
        return text;
      }
    }
  }

  /** Whether the server ends the TCP connection; what comes before is dropped. */
  public boolean isEnded() {
    while (next() != null) {}
    return true;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
