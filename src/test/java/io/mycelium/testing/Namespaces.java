package io.mycelium.testing;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Network namespaces of this machine, joined by a bridge, so that processes can be cut off from
 * each other: the kernel drops what they send. Needs root and {@code ip}.
 */
public final class Namespaces implements AutoCloseable {
  /** Last number of this machine's own address. */
  private static final int OUTSIDE = 254;

  private final String prefix;
  private final int net;
  private final List<String> made = new ArrayList<>();

  /**
   * @param prefix of their names, at most 6 characters; {@link #name} tells the whole
   * @param net third number of their addresses, {@code 10.231.net.number}
   */
  private Namespaces(String prefix, int net) {
    this.prefix = prefix;
    this.net = net;
  }

  /**
   * Makes that many, numbered from 1.
   *
   * @return null where this machine does not permit it
   */
  public static Namespaces make(String prefix, int net, int count) {
    Namespaces all = new Namespaces(prefix, net);
    // Left by a run that was killed.
    for (int i = 0; i <= count; i++) {
      run("ip", "netns", "del", all.name(i));
    }
    // The bridge is in a namespace of its own: nothing of it is seen on the machine.
    if (!all.add(0) || !all.in(0, "ip", "link", "add", "br0", "type", "bridge")) {
      all.close();
      return null;
    }
    all.in(0, "ip", "link", "set", "br0", "up");
    for (int i = 1; i <= count; i++) {
      if (!all.add(i) || !all.join(i)) {
        all.close();
        return null;
      }
    }
    return all;
  }

  private boolean add(int number) {
    return run("ip", "netns", "add", name(number)) && made.add(name(number));
  }

  private boolean join(int number) {
    String inside = "v" + number;
    return in(number, "ip", "link", "set", "lo", "up")
        && in(
            number,
            List.of("ip", "link", "add", "eth0", "type", "veth", "peer"),
            List.of("name", inside, "netns", name(0)))
        && in(number, "ip", "addr", "add", address(number) + "/24", "dev", "eth0")
        && in(number, "ip", "link", "set", "eth0", "up")
        && in(0, "ip", "link", "set", inside, "master", "br0")
        && in(0, "ip", "link", "set", inside, "up");
  }

  /** This machine's own address there, after {@link #reach}. */
  public String outside() {
    return address(OUTSIDE);
  }

  /**
   * Joins this machine to them too, so that a test talks to what runs there.
   *
   * @return false where that is not permitted
   */
  public boolean reach() {
    String outside = prefix + "x";
    return run("ip", "link", "add", outside, "type", "veth", "peer", "name", "vx", "netns", name(0))
        && run("ip", "addr", "add", outside() + "/24", "dev", outside)
        && run("ip", "link", "set", outside, "up")
        && in(0, "ip", "link", "set", "vx", "master", "br0")
        && in(0, "ip", "link", "set", "vx", "up");
  }

  public String name(int number) {
    return prefix + number;
  }

  public String address(int number) {
    return "10.231." + net + "." + number;
  }

  /** What is sent from now on to and by it is lost; its own interface stays up. */
  public void cut(int number) {
    check(in(0, "ip", "link", "set", "v" + number, "down"));
  }

  public void heal(int number) {
    check(in(0, "ip", "link", "set", "v" + number, "up"));
  }

  /**
   * What others send to it is lost from now on, and what it sends arrives, but for its questions
   * where somebody is: the bridge forgets where it is, and passes nothing on by chance.
   */
  public void deafen(int number) {
    check(in(0, "bridge", "link", "set", "dev", "v" + number, "learning", "off", "flood", "off"));
    check(in(0, "ip", "link", "set", "dev", "v" + number, "type", "bridge_slave", "fdb_flush"));
  }

  public void hearAgain(int number) {
    check(in(0, "bridge", "link", "set", "dev", "v" + number, "learning", "on", "flood", "on"));
  }

  /** These do not reach each other from now on; the others, and this machine, reach all. */
  public void part(int... numbers) {
    for (int number : numbers) {
      check(in(0, "bridge", "link", "set", "dev", "v" + number, "isolated", "on"));
    }
  }

  public void rejoin(int... numbers) {
    for (int number : numbers) {
      check(in(0, "bridge", "link", "set", "dev", "v" + number, "isolated", "off"));
    }
  }

  /**
   * A slow and bad link: delay in each direction, and a share of packets that is lost.
   *
   * @return false where the kernel has no netem
   */
  public boolean impair(int number, String delay, String loss) {
    return in(
        0,
        List.of("tc", "qdisc", "add", "dev", "v" + number, "root", "netem"),
        List.of("delay", delay, "loss", loss));
  }

  public void restore(int number) {
    check(in(0, "tc", "qdisc", "del", "dev", "v" + number, "root"));
  }

  /**
   * Gives this machine itself addresses among theirs, so that it reaches them and they reach it.
   *
   * @return false where this machine cannot do that
   */
  public boolean join(int... numbers) {
    String outside = prefix + "h";
    boolean up =
        in(0, "ip", "link", "add", "vh", "type", "veth", "peer", "name", outside, "netns", "1")
            && in(0, "ip", "link", "set", "vh", "master", "br0")
            && in(0, "ip", "link", "set", "vh", "up")
            && run("ip", "link", "set", outside, "up");
    for (int number : numbers) {
      up = up && run("ip", "addr", "add", address(number) + "/24", "dev", outside);
    }
    return up;
  }

  /**
   * What it sends to that one is lost from now on, and only that: it goes to a machine that there
   * is not. For {@link #join() addresses of this machine} too.
   */
  public void lose(int from, int to) {
    String nobody = "02:00:00:00:00:01";
    String[] neighbour = {"ip", "neigh", "replace", address(to), "lladdr", nobody, "dev", "eth0"};
    check(in(from, List.of(neighbour), List.of("nud", "permanent")));
  }

  public void find(int from, int to) {
    check(in(from, "ip", "neigh", "del", address(to), "dev", "eth0"));
  }

  /**
   * What it sends from now on arrives late, and some of it not at all.
   *
   * @return how: by {@code netem}, or where the kernel lacks that by a narrow line, on which what
   *     waits too long is dropped; null where this machine can do neither
   */
  public String slow(int number) {
    String[] add = {"tc", "qdisc", "add", "dev", "eth0", "root"};
    List<String> netem = List.of("netem", "delay", "40ms", "20ms", "loss", "2%");
    List<String> narrow = List.of("tbf", "rate", "400kbit", "burst", "2k", "latency", "60ms");
    for (List<String> way : List.of(netem, narrow)) {
      if (in(number, List.of(add), way)) {
        return String.join(" ", way);
      }
    }
    return null;
  }

  public void fast(int number) {
    check(in(number, "tc", "qdisc", "del", "dev", "eth0", "root"));
  }

  private boolean in(int number, String... command) {
    return in(number, List.of(command), List.of());
  }

  private boolean in(int number, List<String> command, List<String> more) {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name(number)));
    all.addAll(command);
    all.addAll(more);
    return run(all.toArray(String[]::new));
  }

  private static void check(boolean done) {
    if (!done) {
      throw new AssertionError("ip failed");
    }
  }

  private static boolean run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    made.forEach(each -> run("ip", "netns", "del", each));
    made.clear();
  }
}
