package io.mycelium.web.socket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * For any input in any pieces, the pipeline with the reader before Netty's decoder behaves like the
 * pipeline without it.
 */
class FrameReaderTest {
  private static final int LIMIT = 60_000;

  /** Frames as strings, up to the first violation, which closes a connection. */
  private static final class Collector extends ChannelInboundHandlerAdapter
      implements FrameReader.Texts {
    private final List<String> seen = new ArrayList<>();
    private int direct;
    private int readsEnded;
    private boolean violated;

    private void add(String kind, boolean isFinal, byte[] content) {
      if (!violated) {
        seen.add(kind + " " + isFinal + " " + content.length + " " + Arrays.hashCode(content));
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      WebSocketFrame frame = (WebSocketFrame) message;
      String kind =
          frame instanceof TextWebSocketFrame
              ? "text"
              : frame instanceof ContinuationWebSocketFrame
                  ? "continuation"
                  : frame.getClass().getSimpleName();
      add(kind, frame.isFinalFragment(), ByteBufUtil.getBytes(frame.content()));
      frame.release();
    }

    @Override
    public void onPartOfFrame(long bytes) {}

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      readsEnded++;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (!violated) {
        seen.add(cause.getClass().getSimpleName());
        violated = true;
      }
    }

    @Override
    public byte[] buffer(int length) {
      byte[] used = new byte[length + 3];
      Arrays.fill(used, (byte) 0x55);
      return used;
    }

    @Override
    public void onText(byte[] buffer, int length) {
      direct++;
      add("text", true, Arrays.copyOf(buffer, length));
    }
  }

  /**
   * A frame from a client; {@code length} may be written in more bytes than it needs, and {@code
   * claimed} in its place unless that is 0.
   */
  private record Frame(
      int first, boolean masked, int length, int lengthForm, int mask, long claimed) {
    byte[] bytes() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      out.write(first);
      int form =
          claimed != 0 ? 8 : Math.max(lengthForm, length < 126 ? 0 : length < 65_536 ? 2 : 8);
      out.write((masked ? 0x80 : 0) | (form == 0 ? length : form == 2 ? 126 : 127));
      for (int i = form - 1; i >= 0; i--) {
        out.write((int) ((claimed == 0 ? length : claimed) >>> (8 * i)));
      }
      byte[] key = {(byte) (mask >> 24), (byte) (mask >> 16), (byte) (mask >> 8), (byte) mask};
      if (masked) {
        out.writeBytes(key);
      }
      byte[] content = new byte[length];
      new Random(length).nextBytes(content);
      for (int i = 0; i < length; i++) {
        out.write(masked ? content[i] ^ key[i & 3] : content[i]);
      }
      return out.toByteArray();
    }
  }

  @Provide
  Arbitrary<Frame> frames() {
    Arbitrary<Integer> first =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.just(0x81)),
            Tuple.of(3, Arbitraries.of(0x01, 0x00, 0x80, 0x82, 0x02, 0x89, 0x8a, 0x80, 0x00)),
            Tuple.of(1, Arbitraries.of(0x88, 0x83, 0x8b, 0x09, 0xc1, 0x91)));
    Arbitrary<Integer> length =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.integers().between(0, 130)),
            Tuple.of(1, Arbitraries.of(0, 125, 126, 127, 65_535, 65_536, LIMIT, LIMIT + 1)));
    return Combinators.combine(
            first,
            Arbitraries.integers().between(0, 30).map(n -> n > 0),
            length,
            Arbitraries.integers().between(0, 40).map(n -> n == 0 ? 2 : n == 1 ? 8 : 0),
            Arbitraries.integers(),
            Arbitraries.frequencyOf(
                Tuple.of(40, Arbitraries.just(0L)),
                Tuple.of(
                    1,
                    Arbitraries.of(
                        -1L,
                        Long.MIN_VALUE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE - 12,
                        1L << 31,
                        1L << 40))))
        .as(Frame::new);
  }

  private static WebSocket13FrameDecoder decoder() {
    return new WebSocket13FrameDecoder(
        WebSocketDecoderConfig.newBuilder()
            .expectMaskedFrames(true)
            .allowExtensions(false)
            .closeOnProtocolViolation(false)
            .maxFramePayloadLength(LIMIT)
            .build());
  }

  private static void feed(byte[] stream, List<Integer> pieces, ChannelHandler... handlers) {
    EmbeddedChannel channel = new EmbeddedChannel(handlers);
    int at = 0;
    for (int i = 0; at < stream.length; i++) {
      int piece = pieces.isEmpty() ? stream.length : pieces.get(i % pieces.size());
      int to = Math.min(stream.length, at + piece);
      ByteBuf bytes = Unpooled.directBuffer().writeBytes(stream, at, to - at);
      channel.writeInbound(bytes);
      at = to;
    }
    channel.close();
    channel.checkException();
  }

  private static Collector withReader(byte[] stream, List<Integer> pieces) {
    Collector collector = new Collector();
    feed(stream, pieces, new FrameReader(collector, LIMIT), decoder(), collector);
    return collector;
  }

  private static byte[] stream(List<Frame> frames) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frames.forEach(frame -> out.writeBytes(frame.bytes()));
    return out.toByteArray();
  }

  @Provide
  Arbitrary<List<Integer>> pieces() {
    return Arbitraries.oneOf(
            Arbitraries.integers().between(1, 20), Arbitraries.integers().between(1, 5000))
        .list()
        .ofMaxSize(8);
  }

  @Property(tries = 3000)
  void allIsAsWithTheDecoderAlone(
      @ForAll("frameLists") List<Frame> frames, @ForAll("pieces") List<Integer> pieces) {
    assertSame(stream(frames), pieces);
  }

  /** What comes out of both is the same. */
  static void assertSame(byte[] stream, List<Integer> pieces) {
    Collector alone = new Collector();
    feed(stream, pieces, decoder(), alone);
    assertThat(withReader(stream, pieces).seen).isEqualTo(alone.seen);
  }

  @Provide
  Arbitrary<List<Frame>> frameLists() {
    return frames().list().ofMaxSize(12);
  }

  @Example
  void wholeTextsDoNotReachTheDecoder() {
    Frame text = new Frame(0x81, true, 100, 0, 0x01020304, 0);
    Frame longer = new Frame(0x81, true, 300, 0, 0x7f80ff00, 0);
    Frame ping = new Frame(0x89, true, 5, 0, 7, 0);
    Collector collector = withReader(stream(List.of(text, longer, ping, text)), List.of());
    assertThat(collector.seen).hasSize(4);
    assertThat(collector.direct).isEqualTo(3);
  }

  @Example
  void afterTheLastFragmentItReadsAgain() {
    Frame begin = new Frame(0x01, true, 10, 0, 1, 0);
    Frame end = new Frame(0x80, true, 10, 0, 1, 0);
    Frame text = new Frame(0x81, true, 10, 0, 1, 0);
    Collector collector = withReader(stream(List.of(begin, end, text)), List.of());
    assertThat(collector.seen).hasSize(3);
    assertThat(collector.direct).isEqualTo(1);
  }

  /** Handlers after the reader are told of the end of a read in which they got bytes. */
  @Example
  void whatTheDecoderWasNotGivenAnyOfEndsAtTheReader() {
    byte[] text = new Frame(0x81, true, 10, 0, 1, 0).bytes();
    byte[] ping = new Frame(0x89, true, 4, 0, 1, 0).bytes();
    assertThat(withReader(text, List.of()).readsEnded).isZero();
    assertThat(withReader(ping, List.of()).readsEnded).isEqualTo(1);
    assertThat(withReader(text, List.of(3, 5, 8)).readsEnded).isEqualTo(3);
    assertThat(withReader(ping, List.of(2, 4, 4)).readsEnded).isEqualTo(3);
  }
}
