package io.mycelium.instance;

import io.mycelium.journal.Entry;
import io.mycelium.journal.Journal;
import io.mycelium.journal.OwnContext;
import io.mycelium.room.Room;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Loads older entries into memory for clients that resume. However many clients come at once, each
 * room has one load at a time, and clients that come meanwhile share the next load. On the
 * instance's context.
 */
final class OlderEntries {
  private static final int PAGE = 1000;
  private static final long KEPT_MS = 10_000;

  /** Entries to load in addition, since other clients will come that missed a little more. */
  private static final int MARGIN = 500;

  /** Loads everything after {@code after}, up to the entries in memory. */
  private final class Load {
    private final Room room;
    private final Promise<Void> done = Promise.promise();
    private final List<Entry> found = new ArrayList<>();
    private long after;
    private long from;
    private long bytes;
    private Load next;

    private Load(Room room, long after) {
      this.room = room;
      this.after = after;
    }

    private void begin() {
      from = Math.max(gone.getOrDefault(room, 0L), after - MARGIN);
      if (from > after || room.remembers(after)) {
        end();
      } else {
        written.get().onSuccess(ignored -> read()).onFailure(cause -> end());
      }
    }

    private void read() {
      Journal journal = services.store().journal();
      Future<Journal.Read> read = journal.read(instance.spec().id(), room.name(), from, PAGE);
      context.here(read).onSuccess(this::add).onFailure(cause -> end());
    }

    private void add(Journal.Read page) {
      List<Entry> entries = page.entries();
      if (entries.isEmpty()) {
        end();
        return;
      }
      if (!page.complete()) {
        gone.merge(room, entries.get(0).seq() - 1, Math::max);
      }
      boolean usable = entries.get(0).seq() <= after + 1 || !found.isEmpty() && page.complete();
      found.addAll(entries);
      entries.forEach(entry -> bytes += entry.payload().length());
      from = found.get(found.size() - 1).seq();
      while (isTooMuch() && found.get(0).seq() <= after) {
        bytes -= found.remove(0).payload().length();
      }
      if (!usable || isTooMuch()) {
        end();
      } else if (from >= room.recent().first() - 1) {
        keep();
      } else if (entries.size() == PAGE) {
        read();
      } else {
        end();
      }
    }

    private boolean isTooMuch() {
      return bytes > services.journal().maxBytesPerRoom()
          || found.size() > services.journal().maxResumeEntries();
    }

    private void keep() {
      if (room.recent().prepend(found)) {
        context.vertx().setTimer(KEPT_MS, ignored -> room.trim());
      }
      end();
    }

    private void end() {
      if (next == null) {
        loads.remove(room);
      } else {
        loads.put(room, next);
        next.begin();
      }
      done.complete();
    }
  }

  private final InstanceServices services;
  private final Instance instance;
  private final OwnContext context;
  private final Supplier<Future<Void>> written;
  private final Map<Room, Load> loads = new HashMap<>();

  /** Sequence up to which entries are known to be dropped, to avoid further reads. */
  private final Map<Room, Long> gone = new HashMap<>();

  /**
   * @param written completes, on the context, once reads see all appended entries
   */
  OlderEntries(
      InstanceServices services,
      Instance instance,
      OwnContext context,
      Supplier<Future<Void>> written) {
    this.services = services;
    this.instance = instance;
    this.context = context;
    this.written = written;
  }

  /** Completes after the attempt; the room shows whether it succeeded. */
  Future<Void> load(Room room, long after) {
    Load running = loads.get(room);
    if (running == null) {
      Load load = new Load(room, after);
      loads.put(room, load);
      load.begin();
      return load.done.future();
    }
    if (running.after <= after) {
      return running.done.future();
    }
    if (running.next == null) {
      running.next = new Load(room, after);
    }
    running.next.after = Math.min(running.next.after, after);
    return running.next.done.future();
  }
}
