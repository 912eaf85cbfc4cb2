package io.mycelium.connection;

import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** A socket whose peer reads as much as a test lets it; on the hub's event loop. */
final class ScriptedSocket implements Transport {
  /** Each byte that waits counts for so many, so that few messages are many. */
  private static final long WEIGHT = 30;

  private record Waiting(long upTo, Runnable task) {}

  private final ByteBuf queue = Unpooled.buffer();
  private final ByteBuf unread = Unpooled.buffer();
  private final Queue<Waiting> tasks = new ArrayDeque<>();
  private final List<JsonArray> messages = new ArrayList<>();
  private long sent;
  private long mostWaiting;
  private long space;
  private boolean closed;

  /** The peer reads so many bytes more, and then no more. */
  void read(long bytes) {
    space = bytes;
    flush();
  }

  /** What it read since the last call. */
  List<JsonArray> messages() {
    List<JsonArray> read = new ArrayList<>(messages);
    messages.clear();
    return read;
  }

  long mostWaiting() {
    return mostWaiting;
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void write(ByteBuf frames) {
    queue.writeBytes(frames);
    frames.release();
    mostWaiting = Math.max(mostWaiting, queue.readableBytes());
  }

  @Override
  public boolean sendsDirectly() {
    return !queue.isReadable();
  }

  @Override
  public int send(ByteBuf frames) {
    int taken = (int) Math.min(space, frames.readableBytes());
    arrive(frames.slice(frames.readerIndex(), taken));
    return taken;
  }

  @Override
  public void flush() {
    arrive(queue.readSlice((int) Math.min(space, queue.readableBytes())));
    queue.discardReadBytes();
    while (!tasks.isEmpty() && tasks.peek().upTo() <= sent) {
      tasks.remove().task().run();
    }
  }

  private void arrive(ByteBuf bytes) {
    space -= bytes.readableBytes();
    sent += bytes.readableBytes();
    unread.writeBytes(bytes);
    for (String text = text(); text != null; text = text()) {
      messages.add(new JsonArray(text));
    }
    unread.discardReadBytes();
  }

  /** The next whole text frame; null if there is none yet. */
  private String text() {
    int start = unread.readerIndex();
    if (unread.readableBytes() >= 2) {
      unread.skipBytes(1);
      int length = unread.readUnsignedByte();
      int more = length == 126 ? 2 : length == 127 ? 8 : 0;
      if (unread.readableBytes() >= more) {
        long size = more == 0 ? length : more == 2 ? unread.readUnsignedShort() : unread.readLong();
        if (unread.readableBytes() >= size) {
          byte[] content = ByteBufUtil.getBytes(unread.readSlice((int) size));
          return new String(content, StandardCharsets.UTF_8);
        }
      }
    }
    unread.readerIndex(start);
    return null;
  }

  @Override
  public boolean isWritable() {
    return true;
  }

  @Override
  public long waiting() {
    return queue.readableBytes() * WEIGHT;
  }

  @Override
  public void whenSent(Runnable task) {
    tasks.add(new Waiting(sent + queue.readableBytes(), task));
    flush();
  }

  @Override
  public void close(Disconnect reason, Runnable gone) {
    closed = true;
    gone.run();
  }
}
