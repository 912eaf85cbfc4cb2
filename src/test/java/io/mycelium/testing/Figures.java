package io.mycelium.testing;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Figures that a test measured, for readers of the build's log; the test asserts their bounds. */
public final class Figures {
  private static final Logger LOG = LoggerFactory.getLogger("figures");

  private Figures() {}

  public static void log(String format, Object... values) {
    if (LOG.isInfoEnabled()) {
      LOG.info(String.format(format, values));
    }
  }
}
