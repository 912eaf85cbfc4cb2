package io.mycelium.deployer;

import io.mycelium.instance.InstanceServices;
import io.mycelium.journal.Claim;
import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.journal.NodeStore;
import io.mycelium.journal.OwnContext;
import io.mycelium.journal.Store;
import io.mycelium.protocol.ErrorCode;
import io.mycelium.protocol.Refusal;
import io.vertx.core.Future;
import java.util.List;

/**
 * Whether this node may run an instance. A node that has the store to itself may run all; in a
 * cluster an instance is claimed first. On the deployer's context.
 */
final class Ownership {
  private final OwnContext context;
  private final Store store;

  /** Null where no other node uses the store. */
  private final NodeStore nodes;

  Ownership(OwnContext context, InstanceServices services) {
    this.context = context;
    this.store = services.store();
    this.nodes = store.isShared() ? store.nodes() : null;
  }

  /**
   * The instance, of which this node is the owner from now on, with the highest generation that was
   * deployed.
   *
   * @return null if there is no such instance; fails with {@code instance_restarting} if another
   *     node owns it
   */
  Future<Registered> take(String id) {
    if (nodes == null) {
      return context.here(store.instances().find(id));
    }
    return context
        .here(nodes.claim(id))
        .compose(
            claim ->
                claim == null
                    ? context.vertx().succeededFuture()
                    : context.here(store.instances().find(id)).map(row -> mine(row, claim)));
  }

  private Registered mine(Registered row, Claim claim) {
    if (row == null) {
      return null;
    }
    if (!nodes.isOurs(claim)) {
      throw new Refusal(
          ErrorCode.INSTANCE_RESTARTING, "instance " + row.id() + " is on another node now");
    }
    return notDeployed(row, claim.generation());
  }

  /** The generation is the first of the term, and is not deployed yet. */
  private static Registered notDeployed(Registered row, long first) {
    return new Registered(
        row.id(),
        row.name(),
        row.type(),
        row.spec(),
        row.createdAt(),
        first - 1,
        row.failed(),
        row.lastError());
  }

  /** The same as {@link #take} for many; those that this node does not get are left out. */
  Future<List<Registered>> takeAll(List<String> ids) {
    return claimed(nodes.claim(ids));
  }

  /** Of the instances of a dead node those that wait for a tick, in the order of their ids. */
  Future<List<Registered>> takeTicking(String dead, String after, int limit) {
    return claimed(nodes.claimTicking(dead, after, limit));
  }

  private Future<List<Registered>> claimed(Future<List<Registered>> claim) {
    return context
        .here(claim)
        .map(rows -> rows.stream().map(row -> notDeployed(row, row.generation())).toList());
  }

  /** The generation below the first one of a new instance. */
  long beforeFirst(long lastGeneration) {
    return nodes == null ? lastGeneration : Claim.nextTerm(lastGeneration) - 1;
  }

  /** What a new row says so that this generation is its first: the store begins a term itself. */
  long registered(long first) {
    return nodes == null ? first : first - 1;
  }

  /** The instance is only in the store from now on: any node may take it. */
  void release(String id, long generation) {
    if (nodes != null) {
      nodes.release(id, generation);
    }
  }
}
