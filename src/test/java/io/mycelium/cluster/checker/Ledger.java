package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Violation.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * What happened: pushes, where clients were, what they were refused, faults, and what must not be.
 * Clients write on their thread, the script on its own; the rest reads afterwards.
 */
final class Ledger {
  /**
   * A client's socket to a node, from the upgrade on.
   *
   * @param to milliseconds of the run
   */
  record Stay(String client, int node, long from, long to) {}

  /**
   * A fault, or a move.
   *
   * @param node -1 for the database
   * @param to when it was healed
   */
  record Fault(String kind, int node, String words, long from, long to) {}

  /** A push that was sent on a socket and acknowledged there, not as a duplicate. */
  record Ack(Push push, String socket, long order) {}

  private static final int MOST_NOTES = 1_000_000;
  private static final int MOST_VIOLATIONS_OF_A_RULE = 20;

  private final long began = System.nanoTime();
  private final Queue<Push> pushes = new ConcurrentLinkedQueue<>();
  private final Queue<Ack> acks = new ConcurrentLinkedQueue<>();
  private final Queue<Stay> stays = new ConcurrentLinkedQueue<>();
  private final Queue<String> notes = new LinkedBlockingQueue<>();
  private final Queue<Fault> faults = new ConcurrentLinkedQueue<>();
  private final Map<Rule, List<Violation>> violations = new LinkedHashMap<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /** Milliseconds of the run. */
  long now() {
    return (System.nanoTime() - began) / 1_000_000;
  }

  void add(Push push) {
    pushes.add(push);
  }

  void add(Ack ack) {
    acks.add(ack);
  }

  void add(Stay stay) {
    stays.add(stay);
  }

  void add(Fault fault) {
    faults.add(fault);
  }

  /** Some line for who looks for the cause of something. */
  void note(String what) {
    if (notes.size() < MOST_NOTES) {
      notes.add(now() + " " + what);
    }
  }

  synchronized void count(String what) {
    counts.merge(what, 1, Integer::sum);
  }

  /** All are counted, some are kept. */
  synchronized void violated(Rule rule, String what) {
    counts.merge("violations of " + rule, 1, Integer::sum);
    List<Violation> of = violations.computeIfAbsent(rule, ignored -> new ArrayList<>());
    if (of.size() < MOST_VIOLATIONS_OF_A_RULE) {
      of.add(new Violation(rule, "at " + now() + " ms: " + what));
    }
  }

  List<Push> pushes() {
    return List.copyOf(pushes);
  }

  List<Ack> acks() {
    return List.copyOf(acks);
  }

  List<Stay> stays() {
    return List.copyOf(stays);
  }

  List<Fault> faults() {
    return List.copyOf(faults);
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  synchronized List<Violation> violations() {
    return violations.values().stream().flatMap(List::stream).toList();
  }

  synchronized Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }
}
