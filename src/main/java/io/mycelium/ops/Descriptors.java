package io.mycelium.ops;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/**
 * The file descriptors of this process: each socket takes one, and so does each file. Any thread;
 * counting them takes a millisecond for some thousands.
 */
public final class Descriptors {
  /** How to raise the limit, for the reader of the log. */
  static final String RAISE =
      "raise the limit (ulimit -n, LimitNOFILE of systemd, --ulimit nofile of Docker)";

  /** For jars, the database, event loops, consoles and REST; an idle node has some 80. */
  private static final int OWN = 256;

  private static final UnixOperatingSystemMXBean SYSTEM =
      ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
          ? unix
          : null;

  private Descriptors() {}

  /** The limit, or 0 if there is none. */
  public static long max() {
    return SYSTEM == null ? 0 : SYSTEM.getMaxFileDescriptorCount();
  }

  /** Number of descriptors in use. */
  static long open() {
    if (SYSTEM == null) {
      return 0;
    }
    try {
      return SYSTEM.getOpenFileDescriptorCount();
    } catch (InternalError e) {
      // Counting takes one descriptor itself.
      return max();
    }
  }

  /**
   * What there is too little of.
   *
   * @param found what is configured, and what the process may have
   * @param advice what to do
   */
  public record Shortage(String found, String advice) {}

  /**
   * A warning at start if the limit is lower than the configuration requires.
   *
   * @param maxConnections {@code web.max_connections}
   */
  public static Optional<String> warning(int maxConnections) {
    return warning(maxConnections, max());
  }

  static Optional<String> warning(int maxConnections, long max) {
    return shortage(maxConnections, max).map(each -> each.found() + ": " + each.advice());
  }

  /** The same in its parts. */
  public static Optional<Shortage> shortage(int maxConnections) {
    return shortage(maxConnections, max());
  }

  private static Optional<Shortage> shortage(int maxConnections, long max) {
    long needed = (long) maxConnections + OWN;
    if (max == 0 || max >= needed) {
      return Optional.empty();
    }
    return Optional.of(
        new Shortage(
            "web.max_connections is "
                + maxConnections
                + ", but this process may have no more than "
                + max
                + " file descriptors, of which up to "
                + OWN
                + " are not for connections",
            RAISE
                + " to "
                + needed
                + ", or lower web.max_connections to "
                + Math.max(1, max - OWN)));
  }
}
