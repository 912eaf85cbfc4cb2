package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.connection.ConnectionMeters;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.Deflater;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What comes in compressed: the examples of RFC 7692 section 7.2.3, and bounds. */
class InflationTest {
  private static final int MOST = 1 << 20;

  private final Inflation inflation = new Inflation(ConnectionMeters.NONE);

  private String hello(String hex) {
    return text(HexFormat.ofDelimiter(" ").parseHex(hex));
  }

  private String text(byte[] message) {
    int length = inflation.inflate(message, message.length, MOST);
    return length < 0
        ? String.valueOf(length)
        : new String(inflation.output(), 0, length, StandardCharsets.UTF_8);
  }

  static byte[] deflated(byte[] plain, int level) {
    Deflater deflater = new Deflater(level, true);
    deflater.setInput(plain);
    byte[] out = new byte[plain.length + 64 + plain.length / 100];
    int length = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
    deflater.end();
    return Arrays.copyOf(out, length - 4);
  }

  @Example
  void examplesOfTheStandardAreRead() {
    // One block with a fixed code.
    assertThat(hello("f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
    // A block without compression.
    assertThat(hello("00 05 00 fa ff 48 65 6c 6c 6f 00")).isEqualTo("Hello");
    // A block that says that it is the last, with and without the empty one behind it.
    assertThat(hello("f3 48 cd c9 c9 07 00 00")).isEqualTo("Hello");
    assertThat(hello("f3 48 cd c9 c9 07 00")).isEqualTo("Hello");
    // Two blocks.
    assertThat(hello("f2 48 05 00 00 00 ff ff ca c9 c9 07 00")).isEqualTo("Hello");
    // An empty message.
    assertThat(hello("00")).isEmpty();
  }

  @Example
  void aMessageDoesNotReferToTheOneBefore() {
    assertThat(hello("f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
    // The second "Hello" of a sender that keeps its context: a reference to the first.
    assertThat(hello("f2 00 11 00 00")).isEqualTo(String.valueOf(Inflation.BROKEN));
    assertThat(hello("f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
  }

  @Example
  void whatIsNoDeflateIsRefused() {
    assertThat(hello("ff ff ff ff")).isEqualTo(String.valueOf(Inflation.BROKEN));
    // Something follows the last block.
    assertThat(hello("f3 48 cd c9 c9 07 00 f2")).isEqualTo(String.valueOf(Inflation.BROKEN));
    assertThat(hello("f3 48 cd c9 c9 07 00 00 00")).isEqualTo(String.valueOf(Inflation.BROKEN));
  }

  @Property(tries = 300)
  void whatWasCompressedComesBackUpToTheBound(
      @ForAll @IntRange(max = 400_000) int length,
      @ForAll @IntRange(max = 9) int level,
      @ForAll @IntRange(min = 1, max = 256) int variety,
      @ForAll long seed) {
    byte[] plain = new byte[length];
    Random random = new Random(seed);
    for (int i = 0; i < length; i++) {
      plain[i] = (byte) random.nextInt(variety);
    }
    byte[] message = deflated(plain, level);
    assertThat(inflation.inflate(message, message.length, length)).isEqualTo(length);
    assertThat(Arrays.equals(inflation.output(), 0, length, plain, 0, length)).isTrue();
    if (length > 0) {
      assertThat(inflation.inflate(message, message.length, length - 1))
          .isEqualTo(Inflation.TOO_LONG);
    }
  }

  @Example
  void aBombIsGivenUpAtTheBound() {
    byte[] bomb = deflated(new byte[50 << 20], 9);
    assertThat(inflation.inflate(bomb, bomb.length, MOST)).isEqualTo(Inflation.TOO_LONG);
    assertThat(inflation.output().length).isLessThanOrEqualTo(MOST + 1);
    assertThat(hello("f2 48 cd c9 c9 07 00")).isEqualTo("Hello");
    assertThat(inflation.output().length).isLessThanOrEqualTo(4096);
  }
}
