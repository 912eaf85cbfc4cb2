package io.mycelium.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Ports of the loopback interface that were free when they were asked for. */
public final class FreePorts {
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
      List<ServerSocket> taken = new ArrayList<>();
      try {
        taken.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
        int first = taken.get(0).getLocalPort();
        for (int next = first + 1; next < first + count; next++) {
          taken.add(new ServerSocket());
          taken.get(next - first).bind(new InetSocketAddress("127.0.0.1", next));
        }
        return first;
      } catch (IOException | IllegalArgumentException inUse) {
        // Others, further on.
      } finally {
        taken.forEach(FreePorts::close);
      }
    }
  }

  private static void close(ServerSocket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
