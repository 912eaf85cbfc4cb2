package io.mycelium.web.socket;

import io.mycelium.connection.Connection;
import io.mycelium.connection.Transport;
import io.mycelium.connection.WaitingBytes;
import io.mycelium.protocol.Disconnect;
import io.mycelium.protocol.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket08FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrameEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a socket's pipeline over from Vert.x after the upgrade. The pipeline keeps TLS, Netty's
 * frame decoder (masks, lengths, control frames, the order of fragments) and encoder (for the
 * decoder's own close frames). This handler reads after them; {@link FrameReader} reads before them
 * and passes the simplest messages to this handler directly. Frames go out as bytes from the
 * decoder's place in the pipeline, so that they pass only TLS, or bypass Netty ({@link
 * DirectSocket}).
 *
 * <p>Only this class relies on Vert.x's internals; {@link VertxTransport} uses neither them nor the
 * two classes above. Writes here bypass Vert.x's write queue, so the channel's own water mark
 * bounds the bytes that wait for a slow peer.
 */
final class NettyTransport extends ChannelInboundHandlerAdapter
    implements Transport, FrameReader.Texts {
  private static final int NORMAL_CLOSURE = 1000;

  /** The reserved bit of a compressed message's first frame (RFC 7692 section 6). */
  private static final int RSV1 = 4;

  /**
   * Time that a peer has to read its pending bytes and to close the TCP connection, before the
   * server closes it.
   */
  private static final int LINGER_SECONDS = 5;

  /** Bytes that the kernel takes ahead of the network, where rooms hold messages back. */
  private static final long UNSENT_BYTES = 128 << 10;

  /** Of Linux; by its name, because the class is there only where it runs. */
  private static final ChannelOption<Long> UNSENT =
      ChannelOption.valueOf("io.netty.channel.epoll.EpollChannelOption#TCP_NOTSENT_LOWAT");

  private static final Logger LOG = LoggerFactory.getLogger(NettyTransport.class);

  private final ChannelHandlerContext head;
  private final DirectSocket socket;
  private final int maxMessageBytes;
  private final WriteBufferWaterMark budget;
  private boolean largeWaits;
  private boolean fresh;
  private Connection connection;
  private WaitingBytes waits;
  private Fragments fragments;

  private NettyTransport(
      ChannelHandlerContext head, int maxMessageBytes, WriteBufferWaterMark budget) {
    this.head = head;
    this.socket = new DirectSocket(head.channel());
    this.maxMessageBytes = maxMessageBytes;
    this.budget = budget;
  }

  /**
   * Removes Vert.x's handlers from the pipeline and installs a transport; on the socket's event
   * loop.
   *
   * @param gate null without compression: then the decoder refuses reserved bits
   */
  static NettyTransport install(
      ServerWebSocket socket, int maxMessageBytes, WriteBufferWaterMark budget, InflateGate gate) {
    Channel channel = ((WebSocketInternal) socket).channelHandlerContext().channel();
    ChannelPipeline pipeline = channel.pipeline();
    if (gate != null) {
      takeReservedBits(pipeline, maxMessageBytes);
    }
    ChannelHandlerContext decoder = pipeline.context(WebSocketFrameDecoder.class);
    for (Map.Entry<String, ChannelHandler> each : List.copyOf(pipeline.toMap().entrySet())) {
      if (!isKept(each.getValue())) {
        pipeline.remove(each.getKey());
      }
    }
    NettyTransport transport = new NettyTransport(decoder, maxMessageBytes, budget);
    pipeline.addLast(transport);
    if (gate != null) {
      pipeline.addBefore(decoder.name(), null, gate);
    }
    if (decoder.handler() instanceof WebSocket08FrameDecoder) {
      pipeline.addBefore(decoder.name(), null, new FrameReader(transport, maxMessageBytes));
    }
    channel.config().setWriteBufferWaterMark(budget);
    return transport;
  }

  private static void takeReservedBits(ChannelPipeline pipeline, int maxMessageBytes) {
    WebSocketDecoderConfig config =
        WebSocketDecoderConfig.newBuilder()
            .allowExtensions(true)
            .maxFramePayloadLength(maxMessageBytes)
            .closeOnProtocolViolation(false)
            .build();
    String name = pipeline.context(WebSocketFrameDecoder.class).name();
    pipeline.replace(name, name, new WebSocket13FrameDecoder(config));
  }

  private static boolean isKept(ChannelHandler handler) {
    return handler instanceof WebSocketFrameDecoder
        || handler instanceof WebSocketFrameEncoder
        || handler instanceof SslHandler;
  }

  /**
   * From now on the peer's messages go to the connection.
   *
   * @param gate that was installed
   */
  void start(Connection reader, WaitingBytes slow, InflateGate gate) {
    connection = reader;
    waits = slow;
    fragments = new Fragments(reader, maxMessageBytes, gate);
    head.channel().config().setAutoRead(true);
    if (!head.channel().isActive()) {
      reader.onClosed("client");
    }
  }

  @Override
  public byte[] buffer(int length) {
    return connection.inboundBuffer(length);
  }

  @Override
  public void onText(byte[] buffer, int length) {
    connection.onText(buffer, length);
  }

  @Override
  public void onPartOfFrame(long bytes) {
    connection.unfinished().frame(connection, bytes);
  }

  /** Frames that {@link FrameReader} left to the decoder. */
  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof WebSocketFrame any && any.rsv() != 0 && !beginsCompressed(any)) {
        connection.close(Disconnect.PROTOCOL_ERROR);
      } else if (message instanceof TextWebSocketFrame frame) {
        begin(frame, true);
      } else if (message instanceof BinaryWebSocketFrame frame) {
        begin(frame, false);
      } else if (message instanceof ContinuationWebSocketFrame frame) {
        goOn(frame);
      } else if (message instanceof CloseWebSocketFrame close) {
        answerClose(close);
      } else if (message instanceof PingWebSocketFrame ping) {
        connection.pong(ping.content());
      } else if (message instanceof WebSocketFrame) {
        connection.seen();
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(WebSocketFrame frame, boolean isText) {
    byte[] bytes = bytes(frame.content());
    int length = frame.content().readableBytes();
    if (frame.rsv() == 0) {
      fragments.begin(bytes, length, isText, frame.isFinalFragment());
    } else {
      fragments.beginCompressed(bytes, length, isText, frame.isFinalFragment());
    }
  }

  private static boolean beginsCompressed(WebSocketFrame frame) {
    return frame.rsv() == RSV1
        && (frame instanceof TextWebSocketFrame || frame instanceof BinaryWebSocketFrame);
  }

  private void goOn(WebSocketFrame frame) {
    byte[] bytes = bytes(frame.content());
    fragments.goOn(bytes, frame.content().readableBytes(), frame.isFinalFragment());
  }

  private byte[] bytes(ByteBuf content) {
    byte[] bytes = buffer(content.readableBytes());
    content.getBytes(content.readerIndex(), bytes, 0, content.readableBytes());
    return bytes;
  }

  /** RFC 6455 section 5.5.1: a close frame is answered with one of the same status. */
  private void answerClose(CloseWebSocketFrame close) {
    int status = close.statusCode() < 0 ? NORMAL_CLOSURE : close.statusCode();
    connection.onClosed("client");
    sendClose(status, "");
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    connection.onClosed("client");
  }

  /**
   * Vert.x configures the decoder to report violations without answering them. A closed channel
   * needs no handling here: {@link #channelInactive} follows, and writes to other sockets must not
   * be disturbed before.
   */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      connection.close(Disconnect.MESSAGE_TOO_BIG);
    } else if (cause instanceof CorruptedFrameException corrupted) {
      connection.close(violation(corrupted));
    } else if (cause instanceof ClosedChannelException
        || cause instanceof PrematureChannelClosureException) {
      LOG.trace("the channel is closed", cause);
    } else if (cause instanceof IOException) {
      connection.onClosed("client");
      context.close();
    } else {
      LOG.error("a connection failed", cause);
      connection.close(Disconnect.INTERNAL_ERROR);
    }
  }

  /** The close frame for a peer whose frames violate RFC 6455. */
  static Disconnect violation(CorruptedFrameException cause) {
    int status = cause instanceof CorruptedWebSocketFrameException c ? c.closeStatus().code() : 0;
    return switch (status) {
      case 1007 -> Disconnect.INVALID_UTF8;
      case 1009 -> Disconnect.MESSAGE_TOO_BIG;
      default -> Disconnect.PROTOCOL_ERROR;
    };
  }

  @Override
  public void write(ByteBuf frames) {
    if (frames.readableBytes() > budget.low() && !largeWaits) {
      writeLarge(frames);
    } else {
      head.write(frames, head.voidPromise());
    }
  }

  /** The mark is set first: a channel that cannot be written any more stays so until it drained. */
  private void writeLarge(ByteBuf frames) {
    largeWaits = true;
    ChannelConfig config = head.channel().config();
    int more = Math.min(frames.readableBytes(), Integer.MAX_VALUE - budget.high());
    config.setWriteBufferWaterMark(
        new WriteBufferWaterMark(budget.low() + more, budget.high() + more));
    head.write(frames)
        .addListener(
            left -> {
              largeWaits = false;
              config.setWriteBufferWaterMark(budget);
            });
  }

  @Override
  public boolean deflates() {
    return fragments.mayBeCompressed();
  }

  @Override
  public boolean sendsDirectly() {
    return socket.isFree();
  }

  @Override
  public int send(ByteBuf bytes) {
    return socket.send(bytes);
  }

  /** What the kernel did not take at once stays in Netty's queue. */
  @Override
  public void flush() {
    head.flush();
    if (waiting() > 0) {
      waits.add(connection, this);
    }
  }

  @Override
  public long waiting() {
    ChannelOutboundBuffer queue = head.channel().unsafe().outboundBuffer();
    return queue == null ? 0 : queue.totalPendingWriteBytes();
  }

  @Override
  public boolean isWritable() {
    return !head.channel().isOpen() || head.channel().isWritable();
  }

  @Override
  public void keepFresh() {
    if (!fresh) {
      fresh = true;
      head.channel().config().setOption(UNSENT, UNSENT_BYTES);
    }
  }

  /** Netty counts nothing for the empty buffer, and finishes it behind what is before it. */
  @Override
  public void whenSent(Runnable task) {
    head.writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            sent -> {
              if (sent.isSuccess()) {
                task.run();
              }
            });
  }

  @Override
  public void close(Disconnect reason, Runnable gone) {
    sendClose(reason.code(), reason.reason());
    head.channel().closeFuture().addListener(ignored -> gone.run());
  }

  /**
   * RFC 6455 section 7.1.1: the server closes its half after the close frame, and reads until the
   * peer closes the other half. Closing both at once would reset a connection with unread data, and
   * the reset would overtake the close frame.
   */
  private void sendClose(int status, String reason) {
    Channel channel = head.channel();
    ByteBuf frame = head.alloc().directBuffer(32);
    Frames.close(frame, status, reason);
    boolean halves =
        channel instanceof DuplexChannel && channel.pipeline().get(SslHandler.class) == null;
    head.writeAndFlush(frame)
        .addListener(
            halves
                ? sent -> ((DuplexChannel) channel).shutdownOutput()
                : ChannelFutureListener.CLOSE);
    Future<?> deadline =
        channel.eventLoop().schedule(() -> channel.close(), LINGER_SECONDS, TimeUnit.SECONDS);
    channel.closeFuture().addListener(ignored -> deadline.cancel(false));
  }
}
