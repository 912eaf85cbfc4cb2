package io.mycelium.ops;

import java.util.Map;

/**
 * Whether the JVM ends because code called {@code System.exit}, a plug-in's say, and not because of
 * a signal. Java neither prevents such a call (17 can for old time's sake, 24 cannot) nor tells of
 * it; but the caller waits for the hooks, and so stands in {@link Runtime#exit} while they run.
 */
final class ExitCall {
  private ExitCall() {}

  /** The place in the code that called it, with its thread; null if none did. For a hook. */
  static String find() {
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      StackTraceElement caller = caller(each.getValue());
      if (caller != null) {
        return caller + ", thread " + each.getKey().getName();
      }
    }
    return null;
  }

  private static StackTraceElement caller(StackTraceElement[] stack) {
    boolean exits = false;
    for (StackTraceElement frame : stack) {
      if (frame.getClassName().equals("java.lang.Runtime")
          && frame.getMethodName().equals("exit")) {
        exits = true;
      } else if (exits && !frame.getClassName().equals("java.lang.System")) {
        return frame;
      }
    }
    return null;
  }
}
