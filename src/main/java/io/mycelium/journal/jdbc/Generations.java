package io.mycelium.journal.jdbc;

import io.mycelium.journal.Claim;
import io.mycelium.journal.Fenced;
import java.util.HashMap;
import java.util.Map;

/**
 * The generations of the instances that one transaction writes to: admits newer ones and fences off
 * older ones. On the writer's thread.
 */
class Generations {
  private final Map<String, Long> known;
  private final Map<String, Long> raised = new HashMap<>();

  /**
   * @param known of the instances that are registered
   */
  Generations(Map<String, Long> known) {
    this.known = known;
  }

  /** Starts a new instance. */
  void registered(String instance, long generation) {
    known.put(instance, generation);
  }

  /** Forgets an instance that is being deleted. */
  void unregistered(String instance) {
    known.remove(instance);
    raised.remove(instance);
  }

  /**
   * Admits a generation and fences off older ones from now on.
   *
   * @throws Fenced if a newer generation was admitted before, or the instance is not registered
   */
  void enter(String instance, long generation) throws Fenced {
    Long current = known.get(instance);
    if (current == null) {
      throw new Fenced("instance " + instance + " is not registered");
    }
    if (generation < current) {
      throw Fenced.by(instance, generation, current);
    }
    if (generation > current) {
      known.put(instance, generation);
      raised.put(instance, generation);
    }
  }

  /**
   * Admits a change that no generation makes, like a deletion.
   *
   * @throws Fenced if another node owns the instance
   */
  void expectOurs(String instance) throws Fenced {}

  /** The term of an instance; always the same outside of a cluster. */
  final long term(String instance) {
    Long current = known.get(instance);
    return current == null ? 0 : Claim.term(current);
  }

  /** The generations that were raised, to be stored. */
  final Map<String, Long> raised() {
    return raised;
  }
}
