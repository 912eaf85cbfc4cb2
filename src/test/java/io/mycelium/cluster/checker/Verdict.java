package io.mycelium.cluster.checker;

import static java.util.stream.Collectors.groupingBy;

import io.mycelium.cluster.checker.Audit.Kept;
import io.mycelium.cluster.checker.Audit.Term;
import io.mycelium.cluster.checker.Audit.Written;
import io.mycelium.cluster.checker.Violation.Rule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Holds what clients were told against the journal, and the journal against its writers. */
final class Verdict {
  private final Ledger ledger;
  private final Map<RoomKey, List<Kept>> rooms;
  private final Map<String, List<Kept>> byId;

  Verdict(Ledger ledger, List<Kept> journal) {
    this.ledger = ledger;
    this.rooms =
        journal.stream().collect(groupingBy(Kept::room, TreeMap::new, Collectors.toList()));
    this.byId =
        journal.stream()
            .filter(each -> each.id() != null)
            .collect(groupingBy(Kept::id, HashMap::new, Collectors.toList()));
  }

  void pushes() {
    for (Push push : ledger.pushes()) {
      List<Kept> found = byId.getOrDefault(push.id, List.of());
      String what = push + " is in the journal as " + found;
      if (found.size() > 1) {
        ledger.violated(Rule.NEVER_TWICE, what);
      }
      switch (push.outcome()) {
        case ACKED -> {
          if (found.size() != 1 || found.get(0).seq() != push.seq()) {
            ledger.violated(Rule.ACKED_ONCE, what);
          }
        }
        case REFUSED -> {
          if (!found.isEmpty()) {
            ledger.violated(Rule.REFUSED_NEVER, what + ", refused with " + push.reason());
          }
        }
        case OPEN -> ledger.violated(Rule.ANSWERED, what + " and was never answered");
        case DOUBT -> ledger.count("pushes in doubt that were applied: " + found.size());
      }
    }
  }

  /** Of each socket and room. */
  void orderOfAcks() {
    Map<String, Ledger.Ack> last = new HashMap<>();
    ledger.acks().stream()
        .sorted(Comparator.comparingLong(Ledger.Ack::order))
        .forEach(
            ack -> {
              Ledger.Ack before = last.put(ack.socket() + " " + ack.push().room, ack);
              if (before != null && before.push().seq() >= ack.push().seq()) {
                ledger.violated(
                    Rule.ORDER_OF_ACKS, ack.push() + " was sent after " + before.push());
              }
            });
  }

  void journal() {
    Set<String> commands = new HashSet<>();
    rooms.forEach(
        (room, entries) -> {
          for (int i = 0; i < entries.size(); i++) {
            Kept entry = entries.get(i);
            if (entry.seq() != i + 1 || i > 0 && entry.term() < entries.get(i - 1).term()) {
              ledger.violated(Rule.GAPLESS_JOURNAL, entry + " is in place " + (i + 1));
            }
            String command = room.instance() + " " + entry.link() + " " + entry.number();
            if (entry.link() != null && !commands.add(command)) {
              ledger.violated(Rule.NEVER_TWICE, entry + " is of a command that made another one");
            }
          }
        });
  }

  void views(Collection<View> views) {
    for (View view : views) {
      List<Kept> entries = rooms.getOrDefault(view.room(), List.of());
      List<String> ids = view.ids();
      for (int i = 0; i < ids.size(); i++) {
        long seq = view.first() + i;
        Kept entry = seq <= entries.size() ? entries.get((int) seq - 1) : null;
        if (ids.get(i) != null && (entry == null || !Objects.equals(entry.id(), ids.get(i)))) {
          ledger.violated(
              Rule.VIEW_IS_PREFIX,
              "%s saw %s as entry %d of %s, the journal has %s"
                  .formatted(view.client(), ids.get(i), seq, view.room(), entry));
        }
      }
      if (view.seq() < entries.size()) {
        ledger.violated(
            Rule.VIEW_IS_PREFIX,
            "%s knows %d of the %d entries of %s"
                .formatted(view.client(), view.seq(), entries.size(), view.room()));
      }
    }
  }

  /** In the order in which the database carried it out. */
  void owners(List<Term> terms, List<Written> writes) {
    Map<String, Term> current = new HashMap<>();
    Map<String, String> owners = new HashMap<>();
    List<Term> begun = new ArrayList<>(terms);
    int next = 0;
    for (Written write : writes) {
      while (next < begun.size() && begun.get(next).step() < write.step()) {
        begin(begun.get(next++), current, owners);
      }
      Term term = current.get(write.instance());
      if (term == null
          || write.term() != term.term()
          || !write.name().equals(owner(term, owners))) {
        ledger.violated(
            Rule.ONE_OWNER, "%s, while the term was %s".formatted(write, String.valueOf(term)));
      }
    }
    while (next < begun.size()) {
      begin(begun.get(next++), current, owners);
    }
  }

  private static String owner(Term term, Map<String, String> owners) {
    return owners.get(term.instance() + " " + term.term());
  }

  private void begin(Term term, Map<String, Term> current, Map<String, String> owners) {
    Term before = current.put(term.instance(), term);
    if (before != null && term.term() < before.term()) {
      ledger.violated(Rule.ONE_OWNER, term + " came after " + before);
    }
    String key = term.instance() + " " + term.term();
    if (term.owner() != null) {
      String other = owners.putIfAbsent(key, term.owner());
      if (other != null && !other.equals(term.owner())) {
        ledger.violated(Rule.ONE_OWNER, term + " was begun by " + other);
      }
    }
  }
}
