package io.mycelium.journal;

import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.journal.Journal.Append;
import io.mycelium.journal.jdbc.UnsortedEntries;
import io.mycelium.protocol.Payload;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Shared parts of the store tests: values, and waiting for a store's answers. */
public final class StoreRig {
  /** Every commit's entries are sorted later, a few with each of those that follow. */
  public static final UnsortedEntries.Limits ALWAYS_LATER =
      new UnsortedEntries.Limits(1, Integer.MAX_VALUE, 1 << 20, 100, 7);

  private StoreRig() {}

  public static JournalConfig config(String url) {
    return config(url, Duration.ofMillis(5), 64 << 20);
  }

  public static JournalConfig config(String url, Duration flushInterval, long maxQueuedBytes) {
    return new JournalConfig(
        url,
        "",
        "",
        flushInterval,
        maxQueuedBytes,
        1000,
        10_000,
        Integer.MAX_VALUE >> 8,
        1L << 30,
        10_000);
  }

  public static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new AssertionError("expected a result, got " + e.getCause(), e.getCause());
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no answer within 60 s", e);
    }
  }

  public static Throwable failure(Future<?> future) {
    try {
      Object result = future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
      throw new AssertionError("expected a failure, got " + result);
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("no answer within 60 s", e);
    }
  }

  public static Registered instance(String id) {
    return new Registered(id, "name of " + id, "chat", "{\"id\":1}", 1000, 0, false, null);
  }

  public static Entry entry(long seq) {
    return new Entry(
        seq, 1000 + seq, "push", "user" + seq % 3, Payload.json("{\"n\":" + seq + "}"));
  }

  public static Entry keyed(long seq, String key) {
    return new Entry(seq, 1000 + seq, "push", "u", Payload.json("1"), key);
  }

  public static Append append(String room, String epoch, Entry entry) {
    return new Append(room, epoch, Durability.SYNC, entry);
  }

  public static List<Append> appends(String room, String epoch, long from, long to) {
    List<Append> made = new ArrayList<>();
    for (long seq = from; seq <= to; seq++) {
      made.add(append(room, epoch, entry(seq)));
    }
    return made;
  }

  public static Snapshot snapshot(long seq, String epoch) {
    return new Snapshot(seq, epoch, 1000 + seq, 0, 0, Payload.json("{\"at\":" + seq + "}"));
  }

  public static List<Long> seqs(List<Entry> entries) {
    return entries.stream().map(Entry::seq).toList();
  }

  public static List<Long> range(long from, long to) {
    List<Long> made = new ArrayList<>();
    for (long seq = from; seq <= to; seq++) {
      made.add(seq);
    }
    return made;
  }
}
