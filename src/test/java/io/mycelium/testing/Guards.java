package io.mycelium.testing;

import io.mycelium.limits.LimitsConfig;
import io.mycelium.web.WebConfig;
import io.mycelium.web.rest.HttpConfig;
import java.util.List;

/**
 * What a {@link TestNode} has against clients that come too often or too slowly.
 *
 * @param proxies networks whose {@code X-Forwarded-For} is believed
 * @param proxyProtocol whether a connection begins with the PROXY protocol
 */
public record Guards(
    LimitsConfig limits, HttpConfig http, List<String> proxies, boolean proxyProtocol) {

  public static final Guards DEFAULT =
      new Guards(LimitsConfig.DEFAULT, HttpConfig.DEFAULT, List.of(), false);

  public static Guards limits(LimitsConfig limits, String... proxies) {
    return new Guards(limits, HttpConfig.DEFAULT, List.of(proxies), false);
  }

  public static Guards http(HttpConfig http) {
    return new Guards(LimitsConfig.DEFAULT, http, List.of(), false);
  }

  public Guards withProxyProtocol() {
    return new Guards(limits, http, proxies, true);
  }

  /** The main port on loopback, behind these proxies. */
  WebConfig web(int port, String transport, int maxMessageBytes, int maxConnections) {
    return new WebConfig(
        "127.0.0.1",
        port,
        1,
        transport,
        maxMessageBytes,
        4 << 20,
        maxConnections,
        proxies,
        proxyProtocol);
  }
}
