package io.mycelium.deployer;

import io.mycelium.bus.InstanceQuota;
import io.mycelium.journal.InstanceStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.protocol.Bucket;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Rate;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * How many instances there are, of all and of each owner that has a quota. An owner's are counted
 * once, when it first makes one; from then on they are kept count of. On the deployer's context.
 */
final class Census {
  private static final int PAGE = 1000;

  private final OwnContext context;
  private final InstanceStore store;
  private final Map<String, Account> accounts = new HashMap<>();
  private long all;

  Census(OwnContext context, InstanceStore store) {
    this.context = context;
    this.store = store;
  }

  /** One owner's. */
  private static final class Account {
    private final InstanceQuota quota;
    private final Bucket creates;

    /** Ids while the store is asked for those that it has; null once they are counted. */
    private Set<String> ids = new HashSet<>();

    private final Set<String> gone = new HashSet<>();
    private Future<Void> counted;
    private long count;

    private Account(InstanceQuota quota) {
      this.quota = quota;
      this.creates = new Bucket(Rate.of(quota.perSecond(), quota.perSecond()), System.nanoTime());
    }

    private void add(String id) {
      count++;
      if (ids != null) {
        gone.remove(id);
        ids.add(id);
      }
    }

    private void remove(String id, boolean stays) {
      count--;
      if (ids != null && !stays) {
        ids.remove(id);
        gone.add(id);
      }
    }

    private void close() {
      ids.removeAll(gone);
      gone.clear();
      count = ids.size();
      ids = null;
    }
  }

  void begin(long count) {
    all = count;
  }

  long all() {
    return all;
  }

  void add(String id) {
    all++;
    for (Account account : accounts.values()) {
      if (id.startsWith(account.quota.prefix())) {
        account.add(id);
      }
    }
  }

  void remove(String id) {
    remove(id, false);
  }

  /** The one that was added is none; another of that id was there before. */
  void removeTaken(String id) {
    remove(id, true);
  }

  private void remove(String id, boolean stays) {
    all--;
    for (Account account : accounts.values()) {
      if (id.startsWith(account.quota.prefix())) {
        account.remove(id, stays);
      }
    }
  }

  /**
   * Completes once that owner's instances are counted.
   *
   * @param known ids of all instances that the store may not have yet
   */
  Future<Void> count(InstanceQuota quota, Supplier<Set<String>> known) {
    if (quota == null || quota.most() == 0 && quota.perSecond() == 0) {
      return Future.succeededFuture();
    }
    Account account = accounts.get(quota.owner());
    if (account == null) {
      Account begun = new Account(quota);
      accounts.put(quota.owner(), begun);
      known.get().forEach(id -> addIfIts(begun, id));
      begun.counted = count(begun, before(quota.prefix()));
      begun.counted.onFailure(ignored -> accounts.remove(quota.owner(), begun));
      account = begun;
    }
    return account.counted;
  }

  private static void addIfIts(Account account, String id) {
    if (id.startsWith(account.quota.prefix())) {
      account.ids.add(id);
    }
  }

  private Future<Void> count(Account account, String after) {
    return context
        .here(store.list(after, PAGE, InstanceStore.Filter.ALL))
        .compose(
            page -> {
              page.forEach(row -> addIfIts(account, row.id()));
              if (isLast(page, account.quota.prefix())) {
                account.close();
                return Future.succeededFuture();
              }
              return count(account, page.get(PAGE - 1).id());
            });
  }

  private static boolean isLast(List<InstanceStore.Registered> page, String prefix) {
    return page.size() < PAGE || !page.get(PAGE - 1).id().startsWith(prefix);
  }

  /** A text behind which come the ids that begin so, and before which no other is that does not. */
  private static String before(String prefix) {
    int last = prefix.length() - 1;
    return prefix.substring(0, last) + (char) (prefix.charAt(last) - 1) + '~';
  }

  /**
   * Whether one more may be made; counts the attempt.
   *
   * @throws Refusal if not
   */
  void check(InstanceQuota quota) {
    Account account = quota == null ? null : accounts.get(quota.owner());
    if (account == null) {
      return;
    }
    if (quota.most() > 0 && account.count >= quota.most()) {
      throw new Refusal(
          ErrorCode.MAX_INSTANCES,
          "tenant " + quota.owner() + " has its max_instances of " + quota.most());
    }
    if (account.creates.take(System.nanoTime(), 1) > 0) {
      throw new Refusal(
          ErrorCode.RATE_LIMITED,
          "tenant "
              + quota.owner()
              + " makes more than its creates_per_second of "
              + quota.perSecond());
    }
  }
}
