package io.mycelium.bus;

/**
 * What waits at one instance, as one link sees it: its own commands without an answer, its commands
 * that timed out, which a stuck instance still has, and what waits of the node's other links. For
 * the link's event loop.
 */
final class Backlog {
  private final Window window;
  private final Mailboxes.Mailbox.Share share;
  private final GatewayConfig limits;

  /**
   * They count against the limits. While there are any, one command at a time goes through, to find
   * out whether the instance answers again.
   */
  private final GivenUp givenUp = new GivenUp();

  private boolean probing;

  Backlog(Window window, Mailboxes.Mailbox.Share share, GatewayConfig limits) {
    this.window = window;
    this.share = share;
    this.limits = limits;
  }

  /** Whether one more command of that size may be sent. */
  boolean admits(int bytes) {
    int waiting = commands();
    boolean full =
        waiting >= limits.maxUnackedPerInstance()
            || window.bytes() + givenUp.bytes() + share.bytesOfOthers() + bytes
                    > limits.maxUnackedBytesPerInstance()
                && waiting > 0;
    if (full && (givenUp.count() == 0 || probing)) {
      return false;
    }
    probing = full;
    return true;
  }

  int commands() {
    return window.size() + givenUp.count() + share.ofOthers();
  }

  void tellOthers() {
    share.set(window.size() + givenUp.count(), window.bytes() + givenUp.bytes());
  }

  /** A command timed out. */
  void gaveUp(Command command) {
    givenUp.add(command);
    probing = false;
  }

  /** The instance has answered that command. */
  void answered(long number) {
    givenUp.answered(number);
    probing = false;
  }

  /** The mailbox is gone, and with it what timed out. */
  void startsOver() {
    givenUp.clear();
    probing = false;
  }

  Mailboxes.Mailbox.Share share() {
    return share;
  }
}
