package io.mycelium.cluster.checker;

import io.mycelium.cluster.checker.Ledger.Fault;
import io.mycelium.cluster.checker.Ledger.Stay;
import io.mycelium.cluster.checker.Pauses.Pause;
import java.util.ArrayList;
import java.util.Formatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The run in figures. */
final class Report {
  /** How long after a fault was healed a pause may begin that still counts as its own. */
  private static final long AFTER_MS = 500;

  private final Ledger ledger;
  private final Map<String, List<Pause>> pauses;

  Report(Ledger ledger, Map<String, List<Pause>> pauses) {
    this.ledger = ledger;
    this.pauses = pauses;
  }

  String text(String heading) {
    Formatter out = new Formatter(Locale.ROOT);
    out.format("%s%n%n", heading);
    Map<String, Long> outcomes =
        ledger.pushes().stream()
            .collect(
                Collectors.groupingBy(
                    push -> push.kind + " " + push.outcome(), TreeMap::new, Collectors.counting()));
    outcomes.forEach((what, count) -> out.format("%8d pushes %s%n", count, what));
    ledger.counts().forEach((what, count) -> out.format("%8d %s%n", count, what));
    out.format(
        "%nPauses of clients in ms (pushes that waited for more than %d ms)%n", Pauses.NOTICED_MS);
    out.format("  here: clients of the node of the fault; elsewhere: all others%n");
    out.format("%-30s %6s %10s %10s %10s%n", "", "times", "here, max", "else, max", "median");
    byKind().forEach((kind, faults) -> line(out, kind, faults));
    out.format("%n");
    List<Violation> violations = ledger.violations();
    out.format("%s%n", violations.isEmpty() ? "No violation." : "VIOLATIONS:");
    violations.forEach(each -> out.format("%s%n", each));
    return out.toString();
  }

  private Map<String, List<Fault>> byKind() {
    return ledger.faults().stream()
        .collect(
            Collectors.groupingBy(
                fault -> (fault.node() < 0 ? "database: " : "") + fault.kind(),
                TreeMap::new,
                Collectors.toList()));
  }

  private void line(Formatter out, String kind, List<Fault> faults) {
    long here = 0;
    List<Long> elsewhere = new ArrayList<>();
    for (Fault fault : faults) {
      for (Map.Entry<String, List<Pause>> of : pauses.entrySet()) {
        long longest = longest(of.getValue(), fault);
        if (isAt(of.getKey(), fault)) {
          here = Math.max(here, longest);
        } else {
          elsewhere.add(longest);
        }
      }
    }
    elsewhere.sort(null);
    long most = elsewhere.isEmpty() ? 0 : elsewhere.get(elsewhere.size() - 1);
    long median = elsewhere.isEmpty() ? 0 : elsewhere.get(elsewhere.size() / 2);
    out.format("%-30s %6d %10d %10d %10d%n", kind, faults.size(), here, most, median);
  }

  private static long longest(List<Pause> pauses, Fault fault) {
    return pauses.stream()
        .filter(each -> each.to() > fault.from() && each.from() < fault.to() + AFTER_MS)
        .mapToLong(Pause::ms)
        .max()
        .orElse(0);
  }

  /** Whether the client's socket was at the node of the fault when it came. */
  private boolean isAt(String client, Fault fault) {
    for (Stay stay : ledger.stays()) {
      if (stay.client().equals(client) && stay.from() <= fault.from() && fault.from() < stay.to()) {
        return stay.node() == fault.node();
      }
    }
    return true;
  }
}
