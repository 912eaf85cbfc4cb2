package io.mycelium.journal.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.mycelium.journal.Claim;
import io.mycelium.journal.InstanceStore.Registered;
import io.mycelium.journal.NodeStore;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Nodes and owners in PostgreSQL. Leases are renewed and ended on a thread and a connection of
 * their own: they wait neither for claims, whose rows may be locked by a dying owner, nor for the
 * journal, nor for reads.
 */
final class JdbcNodes implements NodeStore {
  /** Of the pool, one for each thread. */
  static final int CONNECTIONS = 3;

  /** Of each connection: whoever holds a row for longer is dying, and is asked for it again. */
  static final String SETTINGS =
      "SET lock_timeout = '1s'; SET idle_in_transaction_session_timeout = '2s'";

  /** Instances that a transaction claims. */
  static final int BATCH = 1000;

  private static final Duration CLOSE = Duration.ofSeconds(1);

  private final HikariDataSource pool;
  private final Ownership ownership;
  private final Writer writer;
  private final Reader reader;
  private final Reader leaseThread;
  private final Reader claimThreads;
  private final Leases leases;
  private final Claims claims;

  /**
   * @param pool of {@link #CONNECTIONS}, for this only
   */
  JdbcNodes(HikariDataSource pool, Ownership ownership, Writer writer, Reader reader) {
    this.pool = pool;
    this.ownership = ownership;
    this.writer = writer;
    this.reader = reader;
    this.leaseThread = new Reader(pool, "lease", 1);
    this.claimThreads = new Reader(pool, "claims", CONNECTIONS - 1);
    this.leases = new Leases(ownership);
    this.claims = new Claims(ownership);
  }

  @Override
  public Future<Void> join(Node node, Load load) {
    return leaseThread.read(connection -> leases.join(connection, node, load));
  }

  @Override
  public Future<Boolean> renew(Load load) {
    return leaseThread.read(connection -> leases.renew(connection, load));
  }

  @Override
  public Future<Void> leave() {
    return leaseThread.read(leases::leave);
  }

  @Override
  public Future<List<Member>> nodes() {
    return leaseThread.read(Leases::nodes);
  }

  /** Goes on with what the dead node was deleting, too. */
  @Override
  public Future<Boolean> declareDead(String id, Duration silence) {
    return leaseThread.read(
        connection -> {
          boolean ended = leases.declareDead(connection, id, silence);
          if (ended) {
            Deletion.ofInstances(connection).forEach(writer::add);
          }
          return ended;
        });
  }

  @Override
  public Future<List<String>> deadOwners() {
    return claimThreads.read(Claims::deadOwners);
  }

  @Override
  public Future<Claim> claim(String instance) {
    return claimThreads.read(
        connection -> {
          List<Deletion> unfinished = new ArrayList<>();
          Claim claim =
              claims.claim(connection, instance, won -> unfinished.addAll(won.unfinished()));
          unfinished.forEach(writer::add);
          return claim;
        });
  }

  @Override
  public Future<List<Registered>> claim(List<String> instances) {
    if (instances.size() <= BATCH) {
      return won(connection -> claims.claim(connection, instances));
    }
    List<Registered> all = new ArrayList<>();
    return claim(instances.subList(0, BATCH))
        .onSuccess(all::addAll)
        .compose(some -> claim(instances.subList(BATCH, instances.size())))
        .map(
            more -> {
              all.addAll(more);
              return all;
            });
  }

  @Override
  public Future<List<Registered>> claimTicking(String dead, String after, int limit) {
    int most = Math.min(limit, BATCH);
    return won(connection -> claims.claimTicking(connection, dead, after, most));
  }

  /** A deletion that the last owner did not finish comes before whatever the next one writes. */
  private Future<List<Registered>> won(Reader.Query<Claims.Won> claim) {
    return claimThreads.read(
        connection -> {
          Claims.Won won = claim.run(connection);
          won.unfinished().forEach(writer::add);
          return won.instances();
        });
  }

  @Override
  public boolean isOurs(Claim claim) {
    return claim.owner() != null && claim.owner().equals(ownership.me());
  }

  @Override
  public Future<Claim> owner(String instance) {
    return reader.read(connection -> Claims.owner(connection, instance));
  }

  @Override
  public Future<Map<String, Claim>> owners(List<String> instances) {
    return reader.read(connection -> Claims.owners(connection, instances));
  }

  @Override
  public Future<List<Registered>> ownedBy(String node, String after, int limit) {
    return reader.read(connection -> Claims.ownedBy(connection, node, after, limit));
  }

  @Override
  public Future<Boolean> release(String instance, long generation) {
    return claimThreads.read(connection -> claims.release(connection, instance, generation));
  }

  @Override
  public Future<Claim> handOver(String instance, long generation, String to) {
    return claimThreads.read(connection -> claims.handOver(connection, instance, generation, to));
  }

  @Override
  public Future<List<Applied>> applied(String instance, String link, long after) {
    long window = ownership.sharing().unanswered().toMillis();
    return reader.read(connection -> AppliedCommands.of(connection, instance, link, after, window));
  }

  void close() throws InterruptedException {
    leaseThread.close(CLOSE);
    claimThreads.close(CLOSE);
    pool.close();
  }
}
