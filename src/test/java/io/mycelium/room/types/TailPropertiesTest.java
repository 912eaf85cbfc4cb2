package io.mycelium.room.types;

import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.Entry;
import io.mycelium.protocol.Payload;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TailPropertiesTest {
  private static final int KEEP_VERSIONS = 8;

  /** A version with the entries that it was made of. */
  private record Version(Tail tail, List<Entry> all) {
    void check(int limit) {
      assertThat(tail.entries())
          .isEqualTo(all.subList(Math.max(0, all.size() - limit), all.size()));
    }
  }

  @Property(tries = 300)
  void aVersionShowsItsOwnLastEntriesWhateverOthersAppend(
      @ForAll @IntRange(max = 20) int limit,
      @ForAll @Size(max = 200) List<@IntRange(max = 31) Integer> choices) {
    List<Version> versions =
        new ArrayList<>(List.of(new Version(Tail.empty(limit, Long.MAX_VALUE), List.of())));
    long seq = 0;
    for (int choice : choices) {
      boolean anOldOne = choice >= 32 - KEEP_VERSIONS;
      Version base = versions.get(anOldOne ? choice % versions.size() : versions.size() - 1);
      Entry entry = new Entry(++seq, 0, "push", "ada", Payload.NULL);
      List<Entry> all = new ArrayList<>(base.all());
      all.add(entry);
      versions.add(new Version(base.tail().append(entry), all));
      if (versions.size() > KEEP_VERSIONS) {
        versions.remove(choice % KEEP_VERSIONS);
      }
      versions.forEach(version -> version.check(limit));
    }
  }

  @Property(tries = 100)
  void whatIsShownNoLongerIsNotHeldForLong(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 900_000) Integer> lengths) {
    int max = 2_000_000;
    Tail tail = Tail.empty(10_000, max);
    long seq = 0;
    for (int length : lengths) {
      byte[] bytes = new byte[length];
      tail = tail.append(new Entry(++seq, 0, "push", "ada", Payload.json(bytes)));
      assertThat(tail.bytes()).isLessThanOrEqualTo(max);
      assertThat(tail.heldBytes()).isLessThanOrEqualTo(max + (1 << 20) + 900_200);
    }
  }

  @Property(tries = 50)
  void atAnyHistoryTheLastOnesAreShown(
      @ForAll @IntRange(max = 300) int limit, @ForAll @IntRange(max = 1000) int appended) {
    Version version = new Version(Tail.empty(limit, Long.MAX_VALUE), new ArrayList<>());
    for (long seq = 1; seq <= appended; seq++) {
      Entry entry = new Entry(seq, 0, "push", "ada", Payload.NULL);
      version.all().add(entry);
      version = new Version(version.tail().append(entry), version.all());
    }
    version.check(limit);
  }
}
