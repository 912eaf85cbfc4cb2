package io.mycelium.web.rest;

import io.mycelium.protocol.Expect;
import java.time.Duration;

/**
 * Limits of HTTP requests, including WebSocket upgrades.
 *
 * @param maxUriBytes length of the request line
 * @param maxHeaderBytes length of all headers together
 * @param headerTimeout time from the connect to the end of the first request's headers
 * @param bodyTimeout time from there to the end of the body; in an import, time between two parts
 * @param idleTimeout time from an answer to the end of the next request's headers; in an export,
 *     time until the client has read a part
 * @param maxExports exports at once on a node @param maxImports imports at once on a node @param
 *     maxImportBytes size of one import
 */
public record HttpConfig(
    int maxUriBytes,
    int maxHeaderBytes,
    Duration headerTimeout,
    Duration bodyTimeout,
    Duration idleTimeout,
    int maxExports,
    int maxImports,
    long maxImportBytes) {

  public static final HttpConfig DEFAULT =
      new HttpConfig(
          8 << 10,
          16 << 10,
          Duration.ofSeconds(15),
          Duration.ofSeconds(60),
          Duration.ofSeconds(75),
          16,
          8,
          16L << 30);

  public HttpConfig {
    Expect.range("http.max_uri_bytes", maxUriBytes, 1024, 1 << 20);
    Expect.range("http.max_header_bytes", maxHeaderBytes, 1024, 1 << 20);
    Duration second = Duration.ofSeconds(1);
    Duration hour = Duration.ofHours(1);
    Expect.range("http.header_timeout", headerTimeout, second, hour);
    Expect.range("http.body_timeout", bodyTimeout, second, hour);
    Expect.range("http.idle_timeout", idleTimeout, second, hour);
    Expect.range("http.max_exports", maxExports, 1, 100_000);
    Expect.range("http.max_imports", maxImports, 1, 100_000);
    Expect.range("http.max_import_bytes", maxImportBytes, 1024, 1L << 50);
  }
}
