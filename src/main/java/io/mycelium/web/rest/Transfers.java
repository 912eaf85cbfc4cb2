package io.mycelium.web.rest;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the running exports and imports of a node; one for all web verticles. */
public final class Transfers {
  private final HttpConfig config;
  private final AtomicInteger exports = new AtomicInteger();
  private final AtomicInteger imports = new AtomicInteger();

  public Transfers(HttpConfig config) {
    this.config = config;
  }

  public HttpConfig config() {
    return config;
  }

  /**
   * @throws Refusal if the limit is reached
   */
  void beginExport() {
    begin(exports, config.maxExports(), "http.max_exports");
  }

  void endExport() {
    exports.decrementAndGet();
  }

  /**
   * @throws Refusal if the limit is reached
   */
  void beginImport() {
    begin(imports, config.maxImports(), "http.max_imports");
  }

  void endImport() {
    imports.decrementAndGet();
  }

  private static void begin(AtomicInteger running, int most, String key) {
    if (running.incrementAndGet() > most) {
      running.decrementAndGet();
      throw new Refusal(ErrorCode.OVERLOADED, "this node has its " + key + " of " + most);
    }
  }
}
