package io.mycelium.web.socket;

import io.mycelium.connection.Connection;
import io.mycelium.protocol.Disconnect;
import java.io.ByteArrayOutputStream;

/**
 * Joins fragments (RFC 6455 section 5.4), whose order Netty's decoder has checked, into whole
 * messages for a connection. On the socket's event loop.
 */
final class Fragments {
  /** Bytes that an incomplete message takes even if it is empty. */
  private static final int KEPT = 64;

  private final Connection connection;
  private final int maxMessageBytes;

  /** Null if messages are never compressed. */
  private final InflateGate gate;

  /** The bytes of an incomplete message; null between messages. */
  private ByteArrayOutputStream gathered;

  private boolean text;
  private boolean compressed;

  Fragments(Connection connection, int maxMessageBytes, InflateGate gate) {
    this.connection = connection;
    this.maxMessageBytes = maxMessageBytes;
    this.gate = gate;
  }

  boolean mayBeCompressed() {
    return gate != null;
  }

  /**
   * A text or binary frame.
   *
   * @param content read during the call only
   * @param length of the content, which starts at index 0
   */
  void begin(byte[] content, int length, boolean isText, boolean isFinal) {
    compressed = false;
    start(content, length, isText, isFinal);
  }

  /** Likewise, of a compressed message, whose parts are gathered as they came. */
  void beginCompressed(byte[] content, int length, boolean isText, boolean isFinal) {
    compressed = true;
    start(content, length, isText, isFinal);
  }

  private void start(byte[] content, int length, boolean isText, boolean isFinal) {
    text = isText;
    if (isFinal && length <= maxMessageBytes) {
      deliver(content, length);
    } else {
      gathered = new ByteArrayOutputStream();
      goOn(content, length, isFinal);
    }
  }

  /** A continuation frame; dropped if its message was too long. */
  void goOn(byte[] content, int length, boolean isFinal) {
    if (gathered == null) {
      return;
    }
    connection.seen();
    if (gathered.size() + length > maxMessageBytes) {
      gathered = null;
      connection.unfinished().fragments(connection, 0);
      connection.close(Disconnect.MESSAGE_TOO_BIG);
      return;
    }
    gathered.write(content, 0, length);
    if (isFinal) {
      byte[] whole = gathered.toByteArray();
      gathered = null;
      connection.unfinished().fragments(connection, 0);
      deliver(whole, whole.length);
    } else {
      connection.unfinished().fragments(connection, KEPT + gathered.size());
    }
  }

  private void deliver(byte[] whole, int length) {
    if (compressed) {
      gate.deliver(connection, whole, length, text, maxMessageBytes);
    } else if (text) {
      connection.onText(whole, length);
    } else {
      connection.onBinary(whole, length);
    }
  }
}
