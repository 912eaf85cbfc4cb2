package io.mycelium.web;

import io.mycelium.connection.Connection;
import io.mycelium.protocol.Disconnect;
import java.io.ByteArrayOutputStream;

/**
 * Gives a connection whole messages, made of their fragments (RFC 6455 section 5.4), whose order
 * Netty's decoder has checked. On the socket's event loop.
 */
final class Fragments {
  private final Connection connection;
  private final int maxMessageBytes;

  /** Of a message that is not complete; null between messages. */
  private ByteArrayOutputStream gathered;

  private boolean text;

  Fragments(Connection connection, int maxMessageBytes) {
    this.connection = connection;
    this.maxMessageBytes = maxMessageBytes;
  }

  /** A text or binary frame; the array becomes the connection's. */
  void begin(byte[] content, boolean isText, boolean isFinal) {
    text = isText;
    if (isFinal && content.length <= maxMessageBytes) {
      deliver(content);
    } else {
      gathered = new ByteArrayOutputStream();
      goOn(content, isFinal);
    }
  }

  /** A continuation; dropped behind a message that was too long. */
  void goOn(byte[] content, boolean isFinal) {
    if (gathered == null) {
      return;
    }
    connection.seen();
    if (gathered.size() + content.length > maxMessageBytes) {
      gathered = null;
      connection.close(Disconnect.MESSAGE_TOO_BIG);
      return;
    }
    gathered.writeBytes(content);
    if (isFinal) {
      byte[] whole = gathered.toByteArray();
      gathered = null;
      deliver(whole);
    }
  }

  private void deliver(byte[] whole) {
    if (text) {
      connection.onText(whole);
    } else {
      connection.onBinary(whole);
    }
  }
}
