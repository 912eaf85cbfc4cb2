package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.protocol.Disconnect;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * However few bytes a socket takes, all bytes arrive once, in order, and no buffer is kept. The
 * budget check reports bytes that waited before a turn, not the bytes that the turn adds.
 */
class OutgoingFramesTest {
  private static final int BUDGET = 10_000;

  /** A socket whose send buffer has {@code space} bytes, and a queue before it. */
  private static final class FakeTransport implements Transport {
    private final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
    private final Queue<ByteBuf> queue = new ArrayDeque<>();
    private Runnable onFlush = () -> {};
    private boolean plain = true;
    private int space;
    private int directly;

    @Override
    public void write(ByteBuf frames) {
      queue.add(frames);
    }

    @Override
    public boolean sendsDirectly() {
      return plain && queue.isEmpty();
    }

    @Override
    public int send(ByteBuf frames) {
      assertThat(queue).as("what would be overtaken").isEmpty();
      int taken = Math.min(space, frames.readableBytes());
      arrived.writeBytes(ByteBufUtil.getBytes(frames, frames.readerIndex(), taken));
      space -= taken;
      directly += taken;
      return taken;
    }

    @Override
    public void flush() {
      onFlush.run();
      while (!queue.isEmpty() && space > 0) {
        ByteBuf first = queue.peek();
        int taken = Math.min(space, first.readableBytes());
        byte[] bytes = new byte[taken];
        first.readBytes(bytes);
        arrived.writeBytes(bytes);
        space -= taken;
        if (!first.isReadable()) {
          queue.remove().release();
        }
      }
    }

    @Override
    public boolean isWritable() {
      return queue.stream().mapToInt(ByteBuf::readableBytes).sum() <= BUDGET;
    }

    @Override
    public void close(Disconnect reason, Runnable gone) {}
  }

  /**
   * Frames of that many bytes, or a flush while the socket takes so many.
   *
   * @param kind o the socket's own, b a room's, f a flush, q the transport's queue
   */
  private record Step(char kind, int bytes, boolean plain) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> bytes =
        Arbitraries.oneOf(
            Arbitraries.integers().between(1, 300),
            Arbitraries.integers().between(1, 3000),
            Arbitraries.integers().between(1, 40_000));
    return Combinators.combine(
            Arbitraries.of('o', 'o', 'b', 'b', 'f', 'f', 'q'), bytes, Arbitraries.of(true, false))
        .as(Step::new)
        .list()
        .ofMaxSize(30);
  }

  private static byte[] bytes(int count, int seed) {
    byte[] bytes = new byte[count];
    new java.util.Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Property(tries = 2000)
  void allArrivesOnceAndInOrder(@ForAll("steps") List<Step> steps) {
    FakeTransport transport = new FakeTransport();
    Buffers buffers = new Buffers(null);
    OutgoingFrames frames = new OutgoingFrames(buffers, transport);
    ByteArrayOutputStream wanted = new ByteArrayOutputStream();
    List<ByteBuf> batches = new ArrayList<>();
    boolean kept = true;
    for (Step step : steps) {
      byte[] some = bytes(step.bytes(), wanted.size());
      switch (step.kind()) {
        case 'o' -> frames.own().writeBytes(some);
        case 'b' -> {
          ByteBuf batch = Unpooled.directBuffer().writeBytes(some);
          batches.add(batch);
          frames.add(batch);
        }
        case 'q' -> frames.queue();
        default -> {
          transport.plain = step.plain();
          transport.space = step.bytes();
          assertThat(frames.flush()).isEqualTo(kept);
          kept = transport.isWritable();
        }
      }
      if (step.kind() == 'o' || step.kind() == 'b') {
        wanted.writeBytes(some);
      }
    }
    transport.space = Integer.MAX_VALUE;
    frames.flush();
    transport.flush();
    assertThat(transport.arrived.toByteArray()).isEqualTo(wanted.toByteArray());
    assertThat(batches).allMatch(batch -> batch.refCnt() == 1 && batch.release());
    buffers.close();
  }

  @Example
  void aReplyAndABatchAreOneSend() {
    FakeTransport transport = new FakeTransport();
    OutgoingFrames frames = new OutgoingFrames(new Buffers(null), transport);
    frames.own().writeBytes(bytes(70, 1));
    frames.add(Unpooled.directBuffer().writeBytes(bytes(1000, 2)));
    transport.space = 2000;
    frames.flush();
    assertThat(transport.directly).isEqualTo(1070);
  }

  /** As in Netty, the write fails at once and the connection is notified before it returns. */
  @Example
  void aSocketThatFailsInTheFlushMayLetGoOfEverything() {
    FakeTransport transport = new FakeTransport();
    OutgoingFrames frames = new OutgoingFrames(new Buffers(null), transport);
    transport.onFlush = frames::discard;
    ByteBuf batch = Unpooled.directBuffer().writeBytes(bytes(1000, 2));
    for (boolean own : new boolean[] {true, false}) {
      if (own) {
        frames.own().writeBytes(bytes(70, 1));
      }
      frames.add(batch);
      frames.flush();
      transport.queue.forEach(ByteBuf::release);
      transport.queue.clear();
    }
    frames.own().writeBytes(bytes(70, 1));
    frames.flush();
    assertThat(batch.refCnt()).isEqualTo(1);
  }
}
