import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The library that Mycelium is built on and nothing else: a set of sockets for each path, and each
 * message is written to all of the set, sender included. One event loop, native transport.
 */
public final class VertxRelay extends VerticleBase {
  private final Map<String, Set<ServerWebSocket>> rooms = new HashMap<>();

  public static void main(String[] arguments) {
    Vertx vertx =
        Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
    vertx
        .deployVerticle(new VertxRelay())
        .onFailure(
            cause -> {
              cause.printStackTrace();
              System.exit(1);
            });
  }

  @Override
  public Future<?> start() {
    return vertx
        .createHttpServer(
            new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(Integer.parseInt(System.getenv("PORT")))
                .setAcceptBacklog(4096)
                .setTcpNoDelay(true)
                .setMaxWebSocketMessageSize(1 << 20)
                .setMaxWebSocketFrameSize(1 << 20))
        .webSocketHandler(this::opened)
        .listen();
  }

  private void opened(ServerWebSocket socket) {
    Set<ServerWebSocket> room =
        rooms.computeIfAbsent(socket.path(), path -> new LinkedHashSet<>());
    room.add(socket);
    socket.closeHandler(
        closed -> {
          room.remove(socket);
          rooms.computeIfPresent(socket.path(), (path, all) -> all.isEmpty() ? null : all);
        });
    socket.textMessageHandler(
        text -> {
          for (ServerWebSocket each : room) {
            each.writeTextMessage(text);
          }
        });
  }
}
