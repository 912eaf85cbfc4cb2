package io.mycelium.web.socket;

import io.vertx.core.http.HttpServerRequest;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the address of a request's client, for limits per address. Reads {@code X-Forwarded-For}
 * only as far as trusted proxies have written it: from right to left, up to the first address that
 * is not a trusted proxy's.
 */
final class ClientAddresses {
  private static final String FORWARDED = "X-Forwarded-For";

  /** Chains of proxies are short; a longer list is meant to waste time. */
  private static final int MOST_HOPS = 32;

  private final List<Network> trusted;

  /**
   * @param trusted {@code web.trusted_proxies}
   */
  ClientAddresses(List<String> trusted) {
    this.trusted = trusted.stream().map(each -> Network.parse(each).orElseThrow()).toList();
  }

  /** An IPv4 address, or the /64 of an IPv6 address. */
  String of(HttpServerRequest request) {
    String peer = request.remoteAddress().hostAddress();
    return of(peer == null ? "" : peer, request.headers().getAll(FORWARDED));
  }

  String of(String peer, List<String> forwarded) {
    byte[] nearest = Network.address(peer);
    if (nearest == null) {
      return peer;
    }
    List<String> hops = trusted.isEmpty() ? List.of() : hops(forwarded);
    for (int i = hops.size() - 1; i >= 0 && isTrusted(nearest); i--) {
      byte[] before = Network.address(withoutPort(hops.get(i).strip()));
      if (before == null || hops.size() - i > MOST_HOPS) {
        break;
      }
      nearest = before;
    }
    return Network.counted(nearest);
  }

  private static List<String> hops(List<String> headers) {
    List<String> hops = new ArrayList<>();
    headers.forEach(header -> hops.addAll(List.of(header.split(",", -1))));
    return hops;
  }

  private boolean isTrusted(byte[] address) {
    for (Network network : trusted) {
      if (network.contains(address)) {
        return true;
      }
    }
    return false;
  }

  /** Some proxies write {@code 192.0.2.1:4711} and {@code [2001:db8::1]:4711}. */
  private static String withoutPort(String hop) {
    if (hop.startsWith("[") && hop.contains("]")) {
      return hop.substring(1, hop.indexOf(']'));
    }
    int colon = hop.indexOf(':');
    return colon > 0 && colon == hop.lastIndexOf(':') ? hop.substring(0, colon) : hop;
  }
}
