package io.mycelium.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The way from one node to its database, which a test can cut as a network does: what is sent then
 * stays on the way, and nobody is told.
 */
public final class Relay implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean cut;
  private volatile long delayNanos;
  private final AtomicLong requests = new AtomicLong();

  /**
   * @param host address of this machine to listen on, at a free port
   * @param target port of the loopback interface that it leads to
   */
  public Relay(String host, int target) {
    this.target = target;
    try {
      server = new ServerSocket(0, 50, InetAddress.getByName(host));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    daemon(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  /** Nothing comes through from now on; connections stay open. */
  public void cut() {
    cut = true;
  }

  /** What was on the way comes through, as late as that. */
  public void heal() {
    cut = false;
  }

  /** Everything takes that long in each direction from now on. */
  public void delay(long ms) {
    delayNanos = ms * 1_000_000;
  }

  /** How often something was sent to the database. */
  public long requests() {
    return requests.get();
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "relay");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far = new Socket();
        sockets.add(near);
        sockets.add(far);
        daemon(
            () -> {
              try {
                waitWhileCut();
                far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                near.setTcpNoDelay(true);
                far.setTcpNoDelay(true);
                daemon(() -> pump(far, near, () -> {}));
                pump(near, far, requests::incrementAndGet);
              } catch (IOException e) {
                close(near, far);
              }
            });
      } catch (IOException e) {
        // Closed.
      }
    }
  }

  private void pump(Socket from, Socket to, Runnable each) {
    byte[] buffer = new byte[16 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        each.run();
        if (delayNanos > 0) {
          LockSupport.parkNanos(delayNanos);
        }
        waitWhileCut();
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      // Either end is gone.
    }
    waitWhileCut();
    close(from, to);
  }

  private void waitWhileCut() {
    while (cut && !server.isClosed()) {
      LockSupport.parkNanos(5_000_000);
    }
  }

  private void close(Socket... both) {
    for (Socket each : both) {
      sockets.remove(each);
      try {
        each.close();
      } catch (IOException e) {
        // It is closed.
      }
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    close(sockets.toArray(Socket[]::new));
  }
}
