package io.mycelium.doctor;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * A Mycelium node that runs on this machine, as it answers {@code /health/ready}.
 *
 * @param down what it is not ready for, by check; empty if it is ready
 * @param inCluster whether it takes part in a cluster
 */
record RunningNode(Map<String, String> down, boolean inCluster) {
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** Asks a port; empty if no Mycelium node answers there. Blocks. */
  static Optional<RunningNode> at(String host, int port, boolean tls) {
    String name = host.indexOf(':') < 0 ? host : "[" + host + "]";
    URI uri = URI.create("http" + (tls ? "s" : "") + "://" + name + ":" + port + "/health/ready");
    try {
      HttpResponse<String> response =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .version(HttpClient.Version.HTTP_1_1)
              .sslContext(credulous())
              .build()
              .send(
                  HttpRequest.newBuilder(uri).timeout(PATIENCE).build(),
                  HttpResponse.BodyHandlers.ofString());
      return read(new JsonObject(response.body()));
    } catch (IOException | DecodeException | ClassCastException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Optional<RunningNode> read(JsonObject health) {
    JsonObject checks = health.getJsonObject("checks");
    if (checks == null || !checks.containsKey("draining")) {
      return Optional.empty();
    }
    Map<String, String> down =
        checks.fieldNames().stream()
            .filter(name -> !"up".equals(checks.getJsonObject(name).getString("status")))
            .collect(
                Collectors.toMap(
                    name -> name, name -> checks.getJsonObject(name).getString("detail", "down")));
    return Optional.of(new RunningNode(down, checks.containsKey("cluster")));
  }

  boolean isReady() {
    return down.isEmpty();
  }

  /** {@code cluster: the lease is lost; journal: …}. */
  String why() {
    return down.entrySet().stream()
        .map(each -> each.getKey() + ": " + each.getValue())
        .sorted()
        .collect(Collectors.joining("; "));
  }

  /** Only to ask who is there: whether the certificate is a good one is another check. */
  private static SSLContext credulous() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[] {new Credulous()}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Credulous extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
