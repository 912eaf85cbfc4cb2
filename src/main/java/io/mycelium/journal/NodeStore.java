package io.mycelium.journal;

import io.mycelium.journal.InstanceStore.Registered;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The nodes of a cluster, and which node owns which instance. Called on any thread, never blocks;
 * the futures complete on any thread. All times are the database's: a node's own clock does not
 * matter.
 *
 * <p>A node's row is its lease: a node whose row is gone was declared dead, and writes nothing more
 * until it has joined under a new id. The journal, too, refuses ({@link Fenced}) whatever is
 * written for an instance by a node that does not own it or has no row; so a claim that comes too
 * early costs time, never an entry.
 *
 * <p>Each future fails with a {@link io.mycelium.protocol.Refusal} ({@code journal_unavailable}) if
 * the database cannot be reached, or if a row stays locked; what was asked for may have been done
 * even so, and may be asked for again. Requests of a node that has not joined fail with {@link
 * Fenced}.
 */
public interface NodeStore {
  /**
   * A node.
   *
   * @param id made anew at each start, and whenever the node was declared dead
   * @param name for people
   * @param host where other nodes reach it
   * @param port TCP port there
   */
  record Node(String id, String name, String host, int port) {}

  /**
   * What a node carries.
   *
   * @param instances that it runs
   * @param connections that its clients have
   * @param cpu share of its processors that is in use, 0 to 1
   * @param draining whether it takes no more instances
   */
  record Load(int instances, int connections, double cpu, boolean draining) {
    public static final Load NONE = new Load(0, 0, 0, false);
  }

  /**
   * A node that has a lease.
   *
   * @param load as of its last renewal
   * @param startedAt when it joined, in milliseconds since 1970 (UTC)
   * @param silent milliseconds since its last renewal
   */
  record Member(Node node, Load load, long startedAt, long silent) {}

  /**
   * An entry that a command made.
   *
   * @param number of the command within its link
   */
  record Applied(long number, String room, long seq) {}

  /**
   * Gives the node its lease; from here on this store writes as this node. The instances of an
   * earlier id are no longer this node's.
   */
  Future<Void> join(Node node, Load load);

  /**
   * Renews the lease of this node. Never waits for a claim or for the journal, but may take seconds
   * to fail if the database hangs: the lease counts from the last renewal that was asked for and
   * answered.
   *
   * @return false if the node was declared dead: it has to give up its instances, and to {@link
   *     #join} under a new id
   */
  Future<Boolean> renew(Load load);

  /** Gives up the lease, and with it all instances; the next {@link #renew} answers false. */
  Future<Void> leave();

  /** All nodes that have a lease, by id. */
  Future<List<Member>> nodes();

  /**
   * Ends the lease of another node that has not renewed it for this long. Only while this node's
   * own renewals are unbroken for as long: if the database was away, no node could renew, and none
   * is to blame.
   *
   * @return whether this call ended it; the caller then tells the others
   */
  Future<Boolean> declareDead(String id, Duration silence);

  /** Ids of nodes without a lease that still own instances. */
  Future<List<String>> deadOwners();

  /**
   * Makes this node the owner of an instance, with the first generation of a new term, if no other
   * node with a lease owns it.
   *
   * @return the owner, this node or another; null if there is no such instance
   */
  Future<Claim> claim(String instance);

  /**
   * The same for many instances, a thousand a transaction; one that is being written to by a dying
   * owner is left out, for a later call.
   *
   * @return the instances that are now this node's, with their new generations, in no order
   */
  Future<List<Registered>> claim(List<String> instances);

  /**
   * The same for instances of this node without a lease in which a room waits for a tick, as its
   * newest snapshot says: in the order of their ids, after {@code after}; failed ones stay down.
   * Several nodes may call this at once and share them.
   *
   * @param limit most instances to claim, up to 1,000
   */
  Future<List<Registered>> claimTicking(String dead, String after, int limit);

  /** Whether the owner is this node. */
  boolean isOurs(Claim claim);

  /** The owner of an instance; null if there is no such instance. */
  Future<Claim> owner(String instance);

  /** The owners of many instances, by id; those that do not exist are left out. */
  Future<Map<String, Claim>> owners(List<String> instances);

  /** Up to {@code limit} instances of a node in the order of their ids, after {@code after}. */
  Future<List<Registered>> ownedBy(String node, String after, int limit);

  /**
   * Leaves an instance without an owner; its later writes are fenced off.
   *
   * @param generation of this node's term
   * @return false if the term is over
   */
  Future<Boolean> release(String instance, long generation);

  /**
   * Makes another node the owner of an instance, with a new term. Entries that were appended before
   * are written first only if the caller has waited for them.
   *
   * @param generation of this node's term
   * @return the owner afterwards: the other node, unless it has no lease or the term is over; null
   *     if there is no such instance
   */
  Future<Claim> handOver(String instance, long generation, String to);

  /**
   * The entries that a link's commands above {@code after} made, by number. Looks at what each room
   * wrote within {@link Sharing#unanswered} before its last entry, in the last four terms at most.
   */
  Future<List<Applied>> applied(String instance, String link, long after);
}
