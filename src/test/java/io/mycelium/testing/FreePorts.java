package io.mycelium.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/**
 * Ports of the loopback interface that were free when they were asked for. They are below the range
 * from which the system takes those of outgoing connections: such a one may be gone by the time
 * that a process has started.
 */
public final class FreePorts {
  private static final int FIRST = 16_000;
  private static final int LAST = 32_000;

  private FreePorts() {}

  public static int one() {
    return inRow(1);
  }

  /** The first of two: the bus's of a node in a cluster, and the engine's behind it. */
  public static int two() {
    return inRow(2);
  }

  /** The first of so many, one after the other. */
  public static int inRow(int count) {
    while (true) {
      int first = ThreadLocalRandom.current().nextInt(FIRST, LAST - count);
      if (IntStream.range(first, first + count).allMatch(FreePorts::isFree)) {
        return first;
      }
    }
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }
}
