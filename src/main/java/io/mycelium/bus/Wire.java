package io.mycelium.bus;

import io.mycelium.protocol.JsonParts;
import io.mycelium.protocol.Payload;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;

/**
 * The building blocks of both codecs: big-endian numbers, and bytes after a four-byte length (-1
 * for null).
 */
final class Wire {
  private Wire() {}

  /** Reads from a buffer, front to back. */
  static final class Reader {
    private final Buffer in;
    private int at;

    Reader(Buffer in, int at) {
      this.in = in;
      this.at = at;
    }

    int number() {
      at += 4;
      return in.getInt(at - 4);
    }

    long longNumber() {
      at += 8;
      return in.getLong(at - 8);
    }

    byte[] bytes() {
      int length = number();
      if (length < 0) {
        return null;
      }
      at += length;
      return in.getBytes(at - length, at);
    }

    String string() {
      byte[] utf8 = bytes();
      return utf8 == null ? null : new String(utf8, StandardCharsets.UTF_8);
    }

    Payload payload() {
      boolean binary = number() == 1;
      byte[] bytes = bytes();
      if (bytes == null) {
        return null;
      }
      return binary ? Payload.binary(bytes) : Payload.json(bytes);
    }
  }

  static void bytes(Buffer out, byte[] bytes) {
    out.appendInt(bytes == null ? -1 : bytes.length);
    if (bytes != null) {
      out.appendBytes(bytes);
    }
  }

  static void json(Buffer out, JsonParts json) {
    out.appendInt(json.length());
    out.appendBytes(json.before()).appendBytes(json.value()).appendBytes(json.after());
  }

  static void string(Buffer out, String text) {
    bytes(out, text == null ? null : text.getBytes(StandardCharsets.UTF_8));
  }

  static void payload(Buffer out, Payload payload) {
    out.appendInt(payload != null && payload.isBinary() ? 1 : 0);
    bytes(out, payload == null ? null : payload.bytes());
  }
}
