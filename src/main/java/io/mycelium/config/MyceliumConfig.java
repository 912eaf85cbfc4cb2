package io.mycelium.config;

import io.mycelium.access.AccessConfig;
import io.mycelium.bus.GatewayConfig;
import io.mycelium.cluster.ClusterConfig;
import io.mycelium.connection.SocketConfig;
import io.mycelium.console.ConsoleConfig;
import io.mycelium.instance.DeployerConfig;
import io.mycelium.journal.JournalConfig;
import io.mycelium.limits.LimitsConfig;
import io.mycelium.ops.OpsConfig;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.mycelium.web.TlsConfig;
import io.mycelium.web.WebConfig;
import io.mycelium.web.rest.HttpConfig;

/**
 * The configuration of one node: a section for each concern, whose record is next to the code that
 * it configures.
 */
public record MyceliumConfig(
    WebConfig web,
    HttpConfig http,
    TlsConfig tls,
    SocketConfig socket,
    GatewayConfig gateway,
    LimitsConfig limits,
    DeployerConfig instances,
    JournalConfig journal,
    OpsConfig ops,
    ConsoleConfig console,
    AccessConfig access,
    ClusterConfig cluster) {

  public MyceliumConfig {
    if (socket.compression() && !web.transport().equals("netty")) {
      throw Refusal.of(
          ErrorCode.INVALID_CONFIG,
          "socket.compression",
          true,
          "false with web.transport: "
              + web.transport()
              + ", which would compress for each socket");
    }
    cluster.check(journal, access.needsSecretFile());
  }

  /** The main port as it is opened: without access control on loopback, unless asked otherwise. */
  public WebConfig mainPort() {
    return access.isOpen() && !access.openToNetwork() && !web.isLoopback()
        ? web.withHost("127.0.0.1")
        : web;
  }

  public static final MyceliumConfig DEFAULT =
      new MyceliumConfig(
          WebConfig.DEFAULT,
          HttpConfig.DEFAULT,
          TlsConfig.DEFAULT,
          SocketConfig.DEFAULT,
          GatewayConfig.DEFAULT,
          LimitsConfig.DEFAULT,
          DeployerConfig.DEFAULT,
          JournalConfig.DEFAULT,
          OpsConfig.DEFAULT,
          ConsoleConfig.DEFAULT,
          AccessConfig.DEFAULT,
          ClusterConfig.DEFAULT);
}
