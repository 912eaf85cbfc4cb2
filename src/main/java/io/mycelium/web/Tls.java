package io.mycelium.web;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of a node's main port. Checks the files for changes every {@link TlsConfig#reloadInterval},
 * so that a renewed certificate needs no restart; open sockets keep the certificate that they were
 * opened with. One for each node; the web verticles call it on their event loops.
 */
public final class Tls {
  private static final Logger LOG = LoggerFactory.getLogger(Tls.class);
  private static final Set<String> PROTOCOLS = new LinkedHashSet<>(List.of("TLSv1.3", "TLSv1.2"));
  private static final List<String> ALPN = List.of("h2", "http/1.1");

  private final Vertx vertx;
  private final TlsConfig config;

  /** The servers of all web verticles share one port, so an update of one updates all. */
  private HttpServer server;

  private volatile TlsFiles used;

  private boolean looking;

  /** The last fault of the files, so that it is logged once. */
  private String refused = "";

  private Tls(Vertx vertx, TlsConfig config, TlsFiles used) {
    this.vertx = vertx;
    this.config = config;
    this.used = used;
  }

  /**
   * Reads the files; blocks.
   *
   * @return null if TLS is off @throws Refusal if a file is missing or has the wrong content
   */
  public static Tls open(Vertx vertx, TlsConfig config) {
    if (!config.isOn()) {
      return null;
    }
    TlsFiles files = TlsFiles.read(vertx, config);
    LOG.info("TLS: {}", files);
    warnIfOver(files);
    return new Tls(vertx, config, files);
  }

  /**
   * The server's certificate, from its file; blocks.
   *
   * @throws io.mycelium.protocol.Refusal if a file is missing or has the wrong content
   */
  public static X509Certificate certificate(Vertx vertx, TlsConfig config) {
    return TlsFiles.read(vertx, config).leaf();
  }

  private static void warnIfOver(TlsFiles files) {
    if (files.leaf().getNotAfter().getTime() < System.currentTimeMillis()) {
      LOG.warn("TLS: the certificate is no longer valid, clients will refuse it: {}", files);
    }
  }

  /** TLS 1.2 and 1.3; HTTP/2 for clients that choose it by ALPN. */
  synchronized HttpServerOptions apply(HttpServerOptions options) {
    return options
        .setSsl(true)
        .setUseAlpn(true)
        .setKeyCertOptions(used.options())
        .setEnabledSecureTransportProtocols(PROTOCOLS);
  }

  private static ServerSSLOptions options(TlsFiles files) {
    ServerSSLOptions options = new ServerSSLOptions();
    options
        .setKeyCertOptions(files.options())
        .setEnabledSecureTransportProtocols(PROTOCOLS)
        .setUseAlpn(true)
        .setApplicationLayerProtocols(ALPN);
    return options;
  }

  /** Reloads the certificate from now on, through the first server of the node that listens. */
  synchronized void keep(HttpServer listening) {
    if (server == null) {
      server = listening;
      vertx.setPeriodic(config.reloadInterval().toMillis(), timer -> look());
    }
  }

  private void look() {
    if (looking) {
      return;
    }
    looking = true;
    TlsFiles before = used;
    vertx
        .executeBlocking(
            () -> before.areStill(config) ? before : TlsFiles.read(vertx, config), false)
        .compose(read -> read == before ? Future.succeededFuture() : use(read))
        .onSuccess(done -> refused = "")
        .onFailure(this::refuse)
        .onComplete(done -> looking = false);
  }

  /** For example, the new certificate was written before its key; the next check sees both. */
  private void refuse(Throwable cause) {
    String why = String.valueOf(cause.getMessage());
    if (!why.equals(refused)) {
      refused = why;
      LOG.warn("TLS: the files have changed and are not taken: {}; in use stays {}", why, used);
    }
  }

  private Future<Void> use(TlsFiles files) {
    return server
        .updateSSLOptions(options(files))
        .onSuccess(
            done -> {
              used = files;
              LOG.info("TLS: taken anew: {}", files);
              warnIfOver(files);
            })
        .mapEmpty();
  }
}
