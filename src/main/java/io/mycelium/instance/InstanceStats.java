package io.mycelium.instance;

import io.mycelium.instance.thread.DurationHistogram;
import io.mycelium.instance.thread.HandlerBudget;
import io.mycelium.room.StateAccount;
import io.mycelium.room.StateBudget;
import io.mycelium.room.Turn;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * Figures of one instance over all its generations. Written by the instance's thread once per
 * batch, read by the deployer at any time, even while the instance is stuck: hence the lock, which
 * is nearly always free.
 */
public final class InstanceStats {
  private static final int MICROS_PER_MILLI = 1000;

  /** Minimum time between two counts of the entries in memory. */
  private static final long COUNT_ENTRIES_MS = 1000;

  private long messagesIn;
  private long messagesOut;
  private long bytesIn;
  private long bytesOut;
  private int mailboxDepth;
  private long lastActive;
  private long entriesBytes;
  private long entriesCountedAt;
  private int connections;
  private int channels;
  private long busySince;
  private Thread runner;
  private long suspect;
  private DurationHistogram handlerTimes;
  private StateAccount account;
  private long accountOf;

  private final HandlerBudget budget;

  /** Only the instance's thread asks, before each batch. */
  private volatile boolean throttled;

  /** Of an instance that has no budget, or does nothing. */
  public InstanceStats() {
    this(Duration.ZERO);
  }

  /**
   * @param perSecond {@code instances.max_handler_time}
   */
  public InstanceStats(Duration perSecond) {
    budget = new HandlerBudget(perSecond, System.nanoTime());
  }

  /** A batch has come: {@code waiting} commands are un-acked, including its own. */
  synchronized void arrived(int waiting, int commands, long bytes) {
    mailboxDepth = waiting;
    messagesIn += commands;
    bytesIn += bytes;
  }

  /** A start, a timer or a request of the deployer starts. */
  synchronized void begin(long now) {
    busySince = now;
    lastActive = now;
    runner = Thread.currentThread();
  }

  /**
   * For the states of a generation's rooms, of which there may be so many bytes; what an earlier
   * one had is given back. A generation that was given up and comes late gets one that counts for
   * nothing.
   */
  synchronized StateAccount account(long generation, StateBudget budget, long most) {
    StateAccount opened = new StateAccount(budget, most);
    if (generation < accountOf) {
      opened.close();
    } else {
      closeAccount();
      account = opened;
      accountOf = generation;
    }
    return opened;
  }

  /** The instance is gone, with all its states; a generation that starts yet counts for nothing. */
  public synchronized void closeAccounts() {
    closeAccount();
    accountOf = Long.MAX_VALUE;
  }

  private void closeAccount() {
    if (account != null) {
      account.close();
    }
  }

  /** The instance got a request. */
  public synchronized void touch(long now) {
    lastActive = now;
  }

  /** Whether nothing happened since this time. */
  public synchronized boolean isIdleSince(long time) {
    return lastActive != 0 && lastActive <= time && busySince == 0;
  }

  /** A back end's message was accepted. */
  public synchronized void received(int messages, long bytes) {
    messagesIn += messages;
    bytesIn += bytes;
  }

  /** The current work is finished. */
  synchronized void end() {
    busySince = 0;
    runner = null;
  }

  synchronized void end(Turn turn, Instance instance) {
    end();
    messagesOut += turn.messagesOut();
    bytesOut += turn.bytesOut();
    connections = instance.connections();
    channels = instance.channels();
    if (lastActive - entriesCountedAt >= COUNT_ENTRIES_MS) {
      entriesCountedAt = lastActive;
      entriesBytes = instance.entriesBytes();
    }
  }

  /** The busy generation was given up. */
  public synchronized void giveUp() {
    end();
    mailboxDepth = 0;
  }

  /**
   * Likewise, and it is charged to the instance's budget.
   *
   * @param started in nanoseconds, as of {@link System#nanoTime}
   * @param timed whether it was about messages, of which that many were commands in the mailbox
   * @return whether the instance is over its budget from now on
   */
  synchronized boolean end(
      long started, long ended, boolean timed, int commands, Turn turn, Instance instance) {
    end(turn, instance);
    mailboxDepth = Math.max(0, mailboxDepth - commands);
    if (timed) {
      if (handlerTimes == null) {
        handlerTimes = new DurationHistogram();
      }
      handlerTimes.add(ended - started);
    }
    boolean begins = budget.spend(ended - started, ended);
    throttled = budget.isThrottled(ended);
    return begins;
  }

  /** Milliseconds for which the instance should not be run; 0 for none. */
  long pause(long nanoTime) {
    if (!throttled) {
      return 0;
    }
    synchronized (this) {
      return budget.pause(nanoTime);
    }
  }

  /** Whether the instance is over its budget. */
  public synchronized boolean isThrottled() {
    return budget.isThrottled(System.nanoTime());
  }

  /**
   * Milliseconds for which each call of its logic has taken more than the whole budget; 0 if not.
   */
  public synchronized long runawayFor() {
    return budget.runawayFor(System.nanoTime());
  }

  /** Its successor begins anew. */
  public synchronized void forgetRunaway() {
    budget.forgetRunaway();
  }

  /** The figures that change with each batch, copied together. */
  public static final class Figures {
    private long messagesIn;
    private long messagesOut;
    private int mailboxDepth;
    private int connections;
    private int channels;

    public long messagesIn() {
      return messagesIn;
    }

    public long messagesOut() {
      return messagesOut;
    }

    public int mailboxDepth() {
      return mailboxDepth;
    }

    public int connections() {
      return connections;
    }

    public int channels() {
      return channels;
    }
  }

  /** Returns whether any figure changed. */
  public synchronized boolean copyTo(Figures to) {
    boolean same =
        to.messagesIn == messagesIn
            && to.messagesOut == messagesOut
            && to.mailboxDepth == mailboxDepth
            && to.connections == connections
            && to.channels == channels;
    to.messagesIn = messagesIn;
    to.messagesOut = messagesOut;
    to.mailboxDepth = mailboxDepth;
    to.connections = connections;
    to.channels = channels;
    return !same;
  }

  /** Microseconds in which 99 of 100 batches were handled; 0 if there was none. */
  public synchronized long p99() {
    return handlerTimes == null ? 0 : handlerTimes.quantile(0.99) / MICROS_PER_MILLI;
  }

  /** About how many bytes of heap its entries took when they were counted last. */
  public synchronized long entriesBytes() {
    return entriesBytes;
  }

  public synchronized int connections() {
    return connections;
  }

  /** What a scan for stuck instances must do about an instance. */
  public enum Verdict {
    LET_BE,
    TELL,
    GIVE_UP
  }

  /**
   * An instance is reported after half its time budget and given up after all of it, but only if an
   * earlier scan reported it: when the whole node stood still, its instances are not to blame.
   */
  public synchronized Verdict judge(long now, long budget) {
    if (busySince == 0 || now - busySince < budget / 2) {
      return Verdict.LET_BE;
    }
    if (suspect != busySince) {
      suspect = busySince;
      return Verdict.TELL;
    }
    return now - busySince < budget ? Verdict.LET_BE : Verdict.GIVE_UP;
  }

  /** Stack trace of the busy thread, innermost call first. */
  public StackTraceElement[] whereabouts() {
    Thread busy;
    synchronized (this) {
      busy = runner;
    }
    return busy == null ? new StackTraceElement[0] : busy.getStackTrace();
  }

  /** Milliseconds that the batch in hand has taken so far; 0 if there is none. */
  public synchronized long busyFor(long now) {
    return busySince == 0 ? 0 : Math.max(1, now - busySince);
  }

  public synchronized JsonObject toJson(long now) {
    JsonObject times = new JsonObject();
    times.put("p50", handlerTimes == null ? 0 : handlerTimes.quantile(0.5) / MICROS_PER_MILLI);
    times.put("p99", handlerTimes == null ? 0 : handlerTimes.quantile(0.99) / MICROS_PER_MILLI);
    return new JsonObject()
        .put("mailboxDepth", mailboxDepth)
        .put("messagesIn", messagesIn)
        .put("messagesOut", messagesOut)
        .put("bytesIn", bytesIn)
        .put("bytesOut", bytesOut)
        .put("handlerTime", times)
        .put("busyFor", busyFor(now))
        .put("throttled", isThrottled())
        .put("connections", connections)
        .put("channels", channels);
  }
}
