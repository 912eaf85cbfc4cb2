package io.mycelium;

import io.mycelium.access.AccessConfig;
import io.mycelium.config.MyceliumConfig;
import io.mycelium.web.WebConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Restricts the main port in the mode {@code access.mode: open}, and logs a warning. */
final class OpenAccess {
  private static final Logger log = LoggerFactory.getLogger(OpenAccess.class);

  private OpenAccess() {}

  /** The main port's configuration: on loopback, unless the network is asked for. */
  static WebConfig reach(MyceliumConfig config) {
    WebConfig web = config.web();
    AccessConfig access = config.access();
    if (!access.isOpen()) {
      return web;
    }
    if (access.openToNetwork()) {
      log.warn(
          "access.mode is open and access.open_to_network is true:"
              + " whoever reaches {}:{} may read, write and delete everything",
          web.host(),
          web.port());
      return web;
    }
    WebConfig near = config.mainPort();
    log.warn(
        "access.mode is open: whoever is on this machine may read, write and delete everything, so"
            + " the main port is on {} only{}",
        near.host(),
        near == web
            ? ""
            : ", not on " + web.host() + " (access.open_to_network: true would open it to others)");
    return near;
  }
}
