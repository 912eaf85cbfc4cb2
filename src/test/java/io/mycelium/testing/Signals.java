package io.mycelium.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Signals of Unix to processes that a test started. */
public final class Signals {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Pattern IGNORED = Pattern.compile("SigIgn:\\s+(\\p{XDigit}+)");

  /** The bit of signal 2. */
  private static final long INT = 1 << 1;

  private Signals() {}

  /**
   * @param name such as {@code STOP}
   */
  public static void send(Process process, String name) {
    try {
      int code = new ProcessBuilder("kill", "-" + name, "" + process.pid()).start().waitFor();
      if (code != 0) {
        throw new AssertionError("kill -" + name + " ended with " + code);
      }
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Ctrl-C; SIGTERM where what a shell started with {@code &}, and its children, ignore that. */
  public static void interrupt(Process process) throws IOException {
    send(process, isInterruptIgnored() ? "TERM" : "INT");
  }

  private static boolean isInterruptIgnored() throws IOException {
    if (!Files.exists(STATUS)) {
      return false;
    }
    Matcher ignored = IGNORED.matcher(Files.readString(STATUS));
    return ignored.find() && (Long.parseUnsignedLong(ignored.group(1), 16) & INT) != 0;
  }
}
