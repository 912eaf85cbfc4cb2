package io.mycelium.ops;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.vertx.core.transport.Transport;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * The machine's native transport, else the JDK's, with a handler of ours in each listening socket's
 * pipeline, to which Vert.x has no other way in.
 */
public final class WatchedTransport implements Transport {
  private final Transport transport;
  private final io.vertx.core.spi.transport.Transport watched;

  private WatchedTransport(Transport transport, ChannelHandler handler) {
    this.transport = transport;
    this.watched = watched(transport.implementation(), handler);
  }

  /**
   * Counts what cannot be accepted, and tells of it.
   *
   * @param more handlers that go before; each may be in several pipelines
   */
  public static WatchedTransport of(Meters meters, ChannelHandler... more) {
    Transport found = Transport.nativeTransport();
    return new WatchedTransport(
        found != null && found.available() ? found : NIO,
        all(more, new FailedAccepts(meters::acceptFailed, System::nanoTime)));
  }

  private static ChannelHandler all(ChannelHandler[] more, ChannelHandler last) {
    return more.length == 0
        ? last
        : new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(more).addLast(last);
          }
        };
  }

  /** Passes all calls on, those that a later Vert.x may add too. */
  private static io.vertx.core.spi.transport.Transport watched(
      io.vertx.core.spi.transport.Transport transport, ChannelHandler handler) {
    Class<io.vertx.core.spi.transport.Transport> type = io.vertx.core.spi.transport.Transport.class;
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, given) -> {
              Object result = call(transport, method, given);
              if (method.getName().equals("configure")
                  && given[given.length - 1] instanceof ServerBootstrap server) {
                server.handler(handler);
              }
              return result;
            }));
  }

  private static Object call(Object target, Method method, Object[] given) throws Throwable {
    try {
      return method.invoke(target, given);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  public boolean isNative() {
    return transport != NIO;
  }

  @Override
  public String name() {
    return transport.name();
  }

  @Override
  public boolean available() {
    return transport.available();
  }

  @Override
  public Throwable unavailabilityCause() {
    return transport.unavailabilityCause();
  }

  @Override
  public io.vertx.core.spi.transport.Transport implementation() {
    return watched;
  }
}
