package io.mycelium.access;

import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The revocations in force on this node. Any thread may ask, without a lock; a question costs three
 * look-ups, however many revocations there are. Changes are rare and copy the index.
 */
public final class Revocations {
  /**
   * At this number a new revocation is refused; one with {@code issued_before} can replace many.
   */
  public static final int MAX = 100_000;

  /** Rules are found by the tenant and either a token's id, or a user, or neither. */
  private record Key(String tenant, String tokenId, String user) {
    static Key of(Revocation rule) {
      boolean byToken = rule.tokenId() != null;
      return new Key(rule.tenant(), rule.tokenId(), byToken ? null : rule.user());
    }
  }

  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Map<Key, List<Revocation>> index = Map.of();
  private int size;

  /** Whether the token of that identity is revoked. */
  public boolean hits(Identity identity) {
    Map<Key, List<Revocation>> now = index;
    if (now.isEmpty()) {
      return false;
    }
    String tenant = identity.tenant() == null ? null : identity.tenant().name();
    return identity.tokenId() != null
            && hits(now.get(new Key(tenant, identity.tokenId(), null)), identity)
        || identity.userId() != null
            && hits(now.get(new Key(tenant, null, identity.userId())), identity)
        || hits(now.get(new Key(tenant, null, null)), identity);
  }

  private static boolean hits(List<Revocation> rules, Identity identity) {
    return rules != null && rules.stream().anyMatch(rule -> rule.hits(identity));
  }

  /**
   * @throws Refusal {@code overloaded} if there are {@link #MAX} revocations
   */
  public void add(Revocation rule) {
    if (size() >= MAX) {
      throw new Refusal(
          ErrorCode.OVERLOADED,
          "there are "
              + MAX
              + " revocations; revoke by issued_before, which does the work of many");
    }
    addAll(List.of(rule));
  }

  /** Without a bound, for stored rules. A rule that another includes is left out. */
  public void addAll(List<Revocation> rules) {
    if (changes(rules)) {
      listeners.forEach(Runnable::run);
    }
  }

  private synchronized boolean changes(List<Revocation> rules) {
    boolean changed = false;
    Map<Key, List<Revocation>> next = new HashMap<>(index);
    for (Revocation rule : rules) {
      List<Revocation> same = next.getOrDefault(Key.of(rule), List.of());
      if (same.stream().noneMatch(other -> other.includes(rule))) {
        List<Revocation> left = new ArrayList<>(same);
        left.removeIf(rule::includes);
        left.add(rule);
        size += left.size() - same.size();
        next.put(Key.of(rule), List.copyOf(left));
        changed = true;
      }
    }
    index = next;
    return changed;
  }

  /**
   * Calls the listener after each new rule, on the thread that adds the rule.
   *
   * @return ends that
   */
  public Runnable onNew(Runnable listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /**
   * @param now seconds since 1970
   */
  public synchronized void removeExpired(long now) {
    Map<Key, List<Revocation>> next = new HashMap<>();
    int left = 0;
    for (Map.Entry<Key, List<Revocation>> entry : index.entrySet()) {
      List<Revocation> kept = entry.getValue().stream().filter(r -> r.until() > now).toList();
      if (!kept.isEmpty()) {
        next.put(entry.getKey(), kept);
        left += kept.size();
      }
    }
    index = next;
    size = left;
  }

  /** All revocations of a tenant; null for the node's own. */
  public List<Revocation> of(String tenant) {
    return index.entrySet().stream()
        .filter(e -> Objects.equals(e.getKey().tenant(), tenant))
        .flatMap(e -> e.getValue().stream())
        .toList();
  }

  public synchronized int size() {
    return size;
  }
}
