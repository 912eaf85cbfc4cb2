package io.mycelium.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames that are compressed in place (RFC 7692 section 7.2.1). */
class DeflationTest {
  /**
   * Final, compressed, text; 6 bytes: a block that is not the last, of 'a' twice and a repetition
   * of 30, and the empty block's first bits. The 00 00 ff ff behind it is not sent.
   */
  private static final String GOLDEN = "c106" + "4a4cc40f0000";

  private int in;
  private int out;
  private int skipped;

  private final Deflation deflation =
      new Deflation(
          SocketConfig.DEFAULT.compressing(16),
          new ConnectionMeters() {
            @Override
            public void deflated(int bytes, int compressed) {
              in += bytes;
              out += compressed;
            }

            @Override
            public void leftPlain() {
              skipped++;
            }
          });

  private final ByteBuf frames = Unpooled.directBuffer();

  @AfterEach
  void free() {
    deflation.close();
    frames.release();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private int add(byte[] payload) {
    int from = frames.writerIndex();
    frames.writeByte(0x81);
    if (payload.length < 126) {
      frames.writeByte(payload.length);
    } else if (payload.length < 65_536) {
      frames.writeByte(126).writeShort(payload.length);
    } else {
      frames.writeByte(127).writeLong(payload.length);
    }
    frames.writeBytes(payload);
    return from;
  }

  private static byte[] inflated(byte[] payload, int length) throws DataFormatException {
    byte[] whole = Arrays.copyOf(payload, payload.length + 4);
    whole[whole.length - 1] = (byte) 0xff;
    whole[whole.length - 2] = (byte) 0xff;
    Inflater inflater = new Inflater(true);
    inflater.setInput(whole);
    byte[] plain = new byte[length + 1];
    int found = inflater.inflate(plain);
    inflater.end();
    return Arrays.copyOf(plain, found);
  }

  /** "[1]" before it stays as it is. */
  @Test
  void theBytesOfAShortMessage() {
    add(ascii("[1]"));
    deflation.frame(frames, add(ascii("a".repeat(32))));
    assertThat(ByteBufUtil.hexDump(frames)).isEqualTo("81035b315d" + GOLDEN);
  }

  @Test
  void eachLengthOfAHeaderIsReadAndWritten() throws DataFormatException {
    for (int length : new int[] {60, 125, 126, 1000, 65_535, 65_536, 200_000}) {
      byte[] payload = new byte[length];
      Random random = new Random(length);
      for (int i = 0; i < length / 2; i++) {
        payload[i] = (byte) ('a' + random.nextInt(16));
      }
      frames.clear();
      deflation.frame(frames, add(payload));
      assertThat(frames.readUnsignedByte()).isEqualTo((short) 0xc1);
      int first = frames.readUnsignedByte();
      long size =
          first == 127 ? frames.readLong() : first == 126 ? frames.readUnsignedShort() : first;
      assertThat(frames.readableBytes()).isEqualTo((int) size).isLessThan(length);
      assertThat(inflated(ByteBufUtil.getBytes(frames), length)).isEqualTo(payload);
    }
  }

  @Test
  void whatIsSmallLargeOrNoSmallerStaysAsItIs() {
    byte[] noise = new byte[5000];
    new Random(1).nextBytes(noise);
    for (byte[] payload : new byte[][] {new byte[15], new byte[(256 << 10) + 1], noise}) {
      frames.clear();
      int from = add(payload);
      byte[] before = ByteBufUtil.getBytes(frames);
      deflation.frame(frames, from);
      assertThat(ByteBufUtil.getBytes(frames)).isEqualTo(before);
    }
    assertThat(in).isEqualTo(5000);
    assertThat(out).isEqualTo(5000);
  }

  @Test
  void anEventLoopThatHasSpentItsShareLeavesMessagesPlain() {
    byte[] payload = new byte[200_000];
    Random random = new Random(2);
    for (int i = 0; i < payload.length; i++) {
      payload[i] = (byte) ('a' + random.nextInt(20));
    }
    for (int i = 0; skipped == 0; i++) {
      frames.clear();
      deflation.frame(frames, add(payload));
      assertThat(i).isLessThan(10_000);
    }
    assertThat(frames.getUnsignedByte(0)).isEqualTo((short) 0x81);
    assertThat(frames.readableBytes()).isEqualTo(10 + payload.length);
  }

  @Test
  void onceClosedMessagesStayPlain() {
    deflation.frame(frames, add(new byte[100]));
    deflation.close();
    frames.clear();
    deflation.frame(frames, add(new byte[100]));
    assertThat(frames.getUnsignedByte(0)).isEqualTo((short) 0x81);
  }
}
