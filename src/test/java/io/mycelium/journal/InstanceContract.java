package io.mycelium.journal;

import static io.mycelium.journal.InstanceStore.Filter.ALL;
import static io.mycelium.journal.Samples.appends;
import static io.mycelium.journal.Samples.entries;
import static io.mycelium.journal.Samples.instance;
import static io.mycelium.journal.Samples.kept;
import static io.mycelium.journal.Samples.register;
import static io.mycelium.journal.Samples.room;
import static io.mycelium.journal.Samples.snapshot;
import static io.mycelium.journal.Samples.write;
import static io.mycelium.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.InstanceStore.Filter;
import io.mycelium.journal.InstanceStore.Registered;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link InstanceStore}, as every store keeps it. */
interface InstanceContract extends StoreUnderTest {

  private InstanceStore instances() {
    return store().instances();
  }

  private List<String> ids(String after, int limit, Filter filter) {
    return await(instances().list(after, limit, filter)).stream().map(Registered::id).toList();
  }

  @Test
  default void anInstanceIsFoundAsItWasRegistered() {
    Registered ada = new Registered("ada", "Zoë's 🦊", "shared", "{\"ü\":1}", 5, 3, true, "why");
    Registered bob = new Registered("bob", "", "x", "", 0, 0, false, null);
    assertThat(await(instances().create(ada))).isTrue();
    assertThat(await(instances().create(bob))).isTrue();
    assertThat(await(instances().find("ada"))).isEqualTo(ada);
    assertThat(await(instances().find("bob"))).isEqualTo(bob);
    assertThat(await(instances().find("Ada"))).isNull();
    assertThat(await(instances().count())).isEqualTo(2);
  }

  @Test
  default void aTakenIdIsRefusedAndNothingChanges() {
    Registered first = instance("a", "first", "shared");
    assertThat(await(instances().create(first))).isTrue();
    assertThat(await(instances().create(instance("a", "second", "collaborative")))).isFalse();
    assertThat(await(instances().find("a"))).isEqualTo(first);
    assertThat(await(instances().count())).isEqualTo(1);
  }

  @Test
  default void oneOfManyAtOnceGetsTheId() {
    List<Future<Boolean>> tries = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      tries.add(instances().create(instance("a", "n" + i, "shared")));
    }
    assertThat(tries.stream().filter(each -> await(each)).count()).isEqualTo(1);
  }

  @Test
  default void theyAreListedByCodePointPageByPage() {
    List<String> ordered =
        List.of("A", "Z", "_", "a", "a-b", "aa", "b", "z", "é", "\uffee", "\ud83e\udd8a");
    List<String> shuffled = new ArrayList<>(ordered);
    java.util.Collections.reverse(shuffled);
    register(store(), shuffled.toArray(String[]::new));
    List<String> paged = new ArrayList<>();
    List<String> page = ids("", 3, ALL);
    while (!page.isEmpty()) {
      assertThat(page).hasSizeLessThanOrEqualTo(3);
      paged.addAll(page);
      page = ids(page.get(page.size() - 1), 3, ALL);
    }
    assertThat(paged).isEqualTo(ordered);
    assertThat(ids("aZ", 2, ALL)).containsExactly("aa", "b");
  }

  @Test
  default void filtersAreMetTogether() {
    await(instances().create(instance("1", "Büro Nord", "shared")));
    await(instances().create(instance("2", "BÜRO süd", "accumulative")));
    await(instances().create(instance("3", "100%_done", "shared")));
    await(instances().create(instance("4", "100 percent", "shared")));
    await(instances().setFailed("3", true, "broken"));
    assertThat(ids("", 10, new Filter("shared", null, null))).containsExactly("1", "3", "4");
    assertThat(ids("", 10, new Filter("Shared", null, null))).isEmpty();
    assertThat(ids("", 10, new Filter(null, null, true))).containsExactly("3");
    assertThat(ids("", 10, new Filter(null, null, false))).containsExactly("1", "2", "4");
    assertThat(ids("", 10, new Filter(null, "0%_D", null))).containsExactly("3");
    assertThat(ids("", 10, new Filter(null, "_", null))).containsExactly("3");
    assertThat(ids("", 10, new Filter(null, "ro N", null))).containsExactly("1");
    assertThat(ids("", 10, new Filter("shared", "100", false))).containsExactly("4");
    assertThat(ids("1", 1, new Filter("shared", null, null))).containsExactly("3");
  }

  @Test
  default void letterCaseDoesNotMatterInAnyAlphabet() {
    await(instances().create(instance("1", "BÜRO", "shared")));
    await(instances().create(instance("2", "büro", "shared")));
    assertThat(ids("", 10, new Filter(null, "Büro", null))).containsExactly("1", "2");
    assertThat(ids("", 10, new Filter(null, "ÜR", null))).containsExactly("1", "2");
  }

  @Test
  default void aSpecAndAFailureAreReplaced() {
    register(store(), "a", "b");
    await(instances().setSpec("a", "{\"new\":true}"));
    await(instances().setFailed("a", true, "it crashed 5 times"));
    Registered a = await(instances().find("a"));
    assertThat(a)
        .isEqualTo(
            new Registered(
                "a",
                "the a",
                "accumulative",
                "{\"new\":true}",
                a.createdAt(),
                1,
                true,
                "it crashed 5 times"));
    await(instances().setFailed("a", false, null));
    assertThat(await(instances().find("a")).failed()).isFalse();
    assertThat(await(instances().find("a")).lastError()).isNull();
    assertThat(await(instances().find("b"))).isEqualTo(instance("b"));
  }

  @Test
  default void nothingHappensToOneThatIsGone() {
    await(instances().setSpec("a", "{}"));
    await(instances().setFailed("a", true, "why"));
    await(instances().delete("a"));
    assertThat(await(instances().find("a"))).isNull();
    assertThat(await(instances().count())).isZero();
  }

  @Test
  default void theHighestGenerationIsRemembered() {
    register(store(), "a");
    await(store().journal().fence("a", 4));
    assertThat(await(instances().find("a")).generation()).isEqualTo(4);
    write(store(), "a", 6, appends(1, 1));
    assertThat(await(instances().find("a")).generation()).isEqualTo(6);
  }

  @Test
  default void aDeletedInstanceIsGoneWithAllThatItHad() {
    register(store(), "a", "b");
    for (long from = 1; from <= 5000; from += 1000) {
      write(store(), "a", 1, appends(from, from + 999));
    }
    write(store(), "a", 1, appends("other", "e1", 1, 1));
    write(store(), "b", 1, appends(1, 2));
    await(store().snapshots().save("a", 1, Samples.ROOM, snapshot(7), Retention.ALL));
    await(instances().delete("a"));
    assertThat(await(instances().find("a"))).isNull();
    assertThat(await(instances().count())).isEqualTo(1);
    assertThat(await(store().journal().rooms("a"))).isEmpty();
    assertThat(kept(store(), "a")).isEmpty();
    assertThat(await(store().snapshots().at("a", Samples.ROOM, 9))).isNull();
    assertThat(kept(store(), "b")).isEqualTo(entries(1, 2));
  }

  @Test
  default void anIdMayBeUsedAgainAndBeginsAnew() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 3));
    await(store().journal().fence("a", 2));
    Samples.failureOf(store().journal().append("a", 1, appends(4, 4)));
    await(instances().delete("a"));
    register(store(), "a");
    write(store(), "a", 1, appends(Samples.ROOM, "e2", 1, 2));
    assertThat(room(store(), "a")).isEqualTo(new Journal.Room("e2", null, 1, 2, Map.of()));
    assertThat(kept(store(), "a")).isEqualTo(entries(1, 2));
  }

  @Test
  default void whatADeletedInstanceStillWritesIsNotKept() {
    register(store(), "a");
    write(store(), "a", 1, appends(1, 3));
    await(instances().delete("a"));
    Samples.failureOf(store().journal().append("a", 1, appends(4, 4)));
    Samples.failureOf(store().snapshots().save("a", 1, Samples.ROOM, snapshot(4), Retention.ALL));
    assertThat(await(store().journal().rooms("a"))).isEmpty();
  }
}
