package io.mycelium.cluster.checker;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How long clients waited: the times in which some push of a client waited for too long. */
final class Pauses {
  /** A push that waits for longer makes a pause. */
  static final long NOTICED_MS = 250;

  /** In milliseconds of the run. */
  record Pause(String client, long from, long to) {
    long ms() {
      return to - from;
    }
  }

  private Pauses() {}

  /** By client, in order, those that overlap joined. */
  static Map<String, List<Pause>> of(List<Push> pushes, long end) {
    Map<String, List<Pause>> all = new TreeMap<>();
    pushes.stream()
        .filter(push -> !push.client.equals(RestClient.NAME))
        .sorted(Comparator.comparingLong(push -> push.madeAt))
        .forEach(
            push -> {
              long to = push.settledAt() < 0 ? end : push.settledAt();
              List<Pause> of = all.computeIfAbsent(push.client, ignored -> new ArrayList<>());
              if (to - push.madeAt > NOTICED_MS) {
                add(of, new Pause(push.client, push.madeAt, to));
              }
            });
    return all;
  }

  private static void add(List<Pause> of, Pause pause) {
    int last = of.size() - 1;
    if (last >= 0 && of.get(last).to() >= pause.from()) {
      Pause before = of.get(last);
      of.set(last, new Pause(pause.client(), before.from(), Math.max(before.to(), pause.to())));
    } else {
      of.add(pause);
    }
  }
}
