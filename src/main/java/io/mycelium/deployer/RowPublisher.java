package io.mycelium.deployer;

import io.mycelium.bus.InstanceRows;
import io.mycelium.bus.InstanceRows.Delta;
import io.mycelium.bus.InstanceRows.Page;
import io.mycelium.protocol.JsonWriter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Publishes changes in the table of instances: once a second all changed rows, and a moment after
 * an instance came, went or changed its status the row of this instance. While nobody watches,
 * there is no timer and no row. On the deployer's context.
 */
final class RowPublisher implements InstanceRows.Source {
  private static final int TICK_MS = 1000;

  /** Milliseconds whose changes are published together. */
  private static final int SOON_MS = 50;

  private static final byte[] ROWS = JsonWriter.constant("{\"rows\":[");
  private static final byte[] GONE = JsonWriter.constant("],\"gone\":[");
  private static final byte[] VERSION = JsonWriter.constant("],\"version\":");

  private final Vertx vertx;
  private final NavigableMap<String, SupervisedInstance> instances;
  private final InstanceRows bus;
  private final long leaseNanos;
  private final NavigableMap<String, InstanceRow> rows = new TreeMap<>();
  private final Set<String> soon = new HashSet<>();
  private volatile boolean watched;
  private long watchedAt;
  private long lastTick;
  private long version;

  RowPublisher(Vertx vertx, NavigableMap<String, SupervisedInstance> instances, long leaseMs) {
    this.leaseNanos = TimeUnit.MILLISECONDS.toNanos(leaseMs);
    this.vertx = vertx;
    this.instances = instances;
    this.bus = new InstanceRows(vertx);
  }

  Future<Void> start() {
    return bus.serve(this);
  }

  @Override
  public void watched() {
    watchedAt = System.nanoTime();
    if (!watched) {
      watched = true;
      lastTick = watchedAt;
      instances.values().forEach(each -> rows.put(each.spec().id(), new InstanceRow(each)));
      vertx.setTimer(TICK_MS, ignored -> tick());
    }
  }

  /** Any thread. */
  boolean isWatched() {
    return watched;
  }

  @Override
  public Page page(String after) {
    JsonWriter out = new JsonWriter(64 << 10).raw(ROWS);
    String last = null;
    int count = 0;
    for (InstanceRow row : rows.tailMap(after, false).values()) {
      if (count == InstanceRows.PAGE) {
        return new Page(version, last, text(out.raw(']').raw('}')));
      }
      if (count++ > 0) {
        out.raw(',');
      }
      row.write(out);
      last = row.id();
    }
    return new Page(version, null, text(out.raw(']').raw('}')));
  }

  /** An instance came, went or changed its status. */
  void changed(String id) {
    if (watched && soon.add(id) && soon.size() == 1) {
      vertx.setTimer(SOON_MS, ignored -> tellSoon());
    }
  }

  private void tellSoon() {
    List<InstanceRow> changed = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    for (String id : soon) {
      SupervisedInstance instance = instances.get(id);
      if (instance == null) {
        if (rows.remove(id) != null) {
          gone.add(id);
        }
      } else {
        InstanceRow row = rows.get(id);
        if (row == null || row.instance() != instance) {
          row = new InstanceRow(instance);
          rows.put(id, row);
          changed.add(row);
        } else if (row.update(0)) {
          changed.add(row);
        }
      }
    }
    soon.clear();
    if (watched && !(changed.isEmpty() && gone.isEmpty())) {
      publish(changed, gone);
    }
  }

  /** Publishes each second even if nothing changed, so that a lost delta is noticed. */
  private void tick() {
    long now = System.nanoTime();
    if (now - watchedAt > leaseNanos) {
      watched = false;
      rows.clear();
      soon.clear();
      return;
    }
    vertx.setTimer(TICK_MS, ignored -> tick());
    double seconds = (now - lastTick) / 1e9;
    lastTick = now;
    List<InstanceRow> changed = new ArrayList<>();
    List<String> gone = new ArrayList<>();
    sweep(seconds, changed, gone);
    publish(changed, gone);
  }

  /** Both maps are in the order of ids, so one walk over both finds every difference. */
  private void sweep(double seconds, List<InstanceRow> changed, List<String> gone) {
    List<InstanceRow> fresh = new ArrayList<>();
    Iterator<InstanceRow> told = rows.values().iterator();
    InstanceRow row = told.hasNext() ? told.next() : null;
    for (SupervisedInstance instance : instances.values()) {
      while (row != null
          && row.instance() != instance
          && row.id().compareTo(instance.spec().id()) < 0) {
        told.remove();
        gone.add(row.id());
        row = told.hasNext() ? told.next() : null;
      }
      if (row == null || !row.id().equals(instance.spec().id())) {
        fresh.add(new InstanceRow(instance));
        continue;
      }
      if (row.instance() != instance) {
        fresh.add(new InstanceRow(instance));
      } else if (row.update(seconds)) {
        changed.add(row);
      }
      row = told.hasNext() ? told.next() : null;
    }
    while (row != null) {
      told.remove();
      gone.add(row.id());
      row = told.hasNext() ? told.next() : null;
    }
    fresh.forEach(each -> rows.put(each.id(), each));
    changed.addAll(fresh);
  }

  private void publish(List<InstanceRow> changed, List<String> gone) {
    version++;
    JsonWriter out = new JsonWriter(64 + changed.size() * 128).raw(ROWS);
    for (int i = 0; i < changed.size(); i++) {
      if (i > 0) {
        out.raw(',');
      }
      changed.get(i).write(out);
    }
    out.raw(GONE);
    for (int i = 0; i < gone.size(); i++) {
      if (i > 0) {
        out.raw(',');
      }
      out.quote(gone.get(i));
    }
    bus.publish(new Delta(version, text(out.raw(VERSION).number(version).raw('}'))));
  }

  private static String text(JsonWriter json) {
    return new String(json.toBytes(), StandardCharsets.UTF_8);
  }
}
