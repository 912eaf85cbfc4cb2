package io.mycelium.web;

import io.mycelium.access.Loopback;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Expect;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.socket.Network;
import java.util.List;

/**
 * The main port.
 *
 * @param host address to listen on
 * @param port TCP port; 0 takes a free one
 * @param eventLoops web verticles, each on its own event loop; 0 means one per core
 * @param transport {@code netty}: frames bypass Vert.x and are written at the head of the pipeline;
 *     {@code vertx}: only the public WebSocket API, slower, kept in case a Vert.x upgrade breaks
 *     the other
 * @param maxMessageBytes largest WebSocket message; an instance's {@code max_message_bytes} may
 *     only lower it
 * @param maxBodyBytes largest body of a REST request
 * @param maxConnections largest number of WebSockets of a node, all web verticles together;
 *     consoles do not count
 * @param trustedProxies networks whose {@code X-Forwarded-For} is believed
 * @param proxyProtocol whether each TCP connection begins with the PROXY protocol
 */
public record WebConfig(
    String host,
    int port,
    int eventLoops,
    String transport,
    int maxMessageBytes,
    int maxBodyBytes,
    int maxConnections,
    List<String> trustedProxies,
    boolean proxyProtocol) {

  public static final WebConfig DEFAULT =
      new WebConfig("0.0.0.0", 4000, 0, "netty", 1 << 20, 4 << 20, 100_000, List.of(), false);

  public WebConfig {
    Expect.present("web.host", host, "an address to listen on");
    Expect.range("web.port", port, 0, 65_535);
    Expect.range("web.event_loops", eventLoops, 0, 1024);
    if (!"netty".equals(transport) && !"vertx".equals(transport)) {
      throw Refusal.of(ErrorCode.INVALID_CONFIG, "web.transport", transport, "netty or vertx");
    }
    Expect.range("web.max_message_bytes", maxMessageBytes, 1024, 1 << 30);
    Expect.range("web.max_body_bytes", maxBodyBytes, 1024, 1 << 30);
    Expect.range("web.max_connections", maxConnections, 1, 10_000_000);
    trustedProxies = List.copyOf(trustedProxies);
    for (String network : trustedProxies) {
      if (Network.parse(network).isEmpty()) {
        throw Refusal.of(
            ErrorCode.INVALID_CONFIG,
            "web.trusted_proxies",
            network,
            "networks such as 10.0.0.0/8 or fd00::/8");
      }
    }
  }

  /** Whether only this machine reaches the port. */
  public boolean isLoopback() {
    return Loopback.isName(host);
  }

  public WebConfig withHost(String other) {
    return new WebConfig(
        other,
        port,
        eventLoops,
        transport,
        maxMessageBytes,
        maxBodyBytes,
        maxConnections,
        trustedProxies,
        proxyProtocol);
  }
}
