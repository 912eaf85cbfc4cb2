package io.mycelium.journal;

import static io.mycelium.journal.StoreRig.appends;
import static io.mycelium.journal.StoreRig.await;
import static io.mycelium.journal.StoreRig.failure;
import static io.mycelium.journal.StoreRig.instance;
import static io.mycelium.journal.StoreRig.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import io.mycelium.journal.InstanceStore.Filter;
import io.mycelium.journal.InstanceStore.Registered;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract of every store's register of instances. */
public abstract class RegisterContract extends StoreContract {
  private InstanceStore register() {
    return store.instances();
  }

  private List<String> ids(String after, int limit, Filter filter) {
    return await(register().list(after, limit, filter)).stream().map(Registered::id).toList();
  }

  @Test
  void anInstanceIsFoundAsItWasRegistered() {
    Registered made =
        new Registered("x", "My \"Ünì\u0000\" %", "t", "{\"a\":1}", 5, 3, true, "why");
    assertThat(await(register().create(made))).isTrue();
    assertThat(await(register().find("x"))).isEqualTo(made);
    assertThat(await(register().find("nobody"))).isNull();
  }

  @Test
  void aTakenIdIsNotTakenTwice() {
    Registered second = new Registered("i", "another", "t", "{}", 9, 0, false, null);
    assertThat(await(register().create(second))).isFalse();
    assertThat(await(register().find("i"))).isEqualTo(instance("i"));
  }

  @Test
  void ofManyWhoTakeOneIdAtOnceOneGetsIt() {
    List<Future<Boolean>> all = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      all.add(register().create(new Registered("one", "n" + i, "t", "{}", i, 0, false, null)));
    }
    await(Future.all(all));
    assertThat(all.stream().filter(Future::result)).hasSize(1);
  }

  @Test
  void specAndFailureAreReplaced() {
    await(register().setSpec("i", "{\"new\":true}"));
    await(register().setFailed("i", true, "it \u0000 crashed"));
    Registered found = await(register().find("i"));
    assertThat(found.spec()).isEqualTo("{\"new\":true}");
    assertThat(found.failed()).isTrue();
    assertThat(found.lastError()).isEqualTo("it \u0000 crashed");
    await(register().setFailed("i", false, null));
    assertThat(await(register().find("i")).lastError()).isNull();
    await(register().setSpec("nobody", "{}"));
    await(register().setFailed("nobody", true, "x"));
    assertThat(await(register().find("nobody"))).isNull();
  }

  @Test
  void theListGoesOnBehindItsCursor() {
    await(
        Future.all(
            IntStream.range(0, 25)
                .mapToObj(n -> register().create(instance(String.format("c%02d", n))))
                .toList()));
    List<String> walked = new ArrayList<>();
    String after = "";
    while (true) {
      List<String> page = ids(after, 10, Filter.ALL);
      walked.addAll(page);
      if (page.size() < 10) {
        break;
      }
      after = page.get(9);
    }
    assertThat(walked).isSorted().hasSize(26).doesNotHaveDuplicates();
    assertThat(await(register().count())).isEqualTo(26);
  }

  @Test
  void idsAreListedByCodePointNotByLanguage() {
    for (String id : new String[] {"b", "\ud83e\udd8a", "a", "B", "a-b", "\uffee", "ab", "_"}) {
      await(register().create(instance(id)));
    }
    assertThat(ids("", 100, Filter.ALL))
        .containsExactly("B", "_", "a", "a-b", "ab", "b", "i", "\uffee", "\ud83e\udd8a");
  }

  @Test
  void theHighestGenerationIsRemembered() {
    await(store.journal().fence("i", 4));
    assertThat(await(register().find("i")).generation()).isEqualTo(4);
    await(store.journal().append("i", 6, appends("lobby", "e", 1, 1)));
    assertThat(await(register().find("i")).generation()).isEqualTo(6);
    assertThat(await(register().list("", 1, Filter.ALL)).get(0).generation()).isEqualTo(6);
  }

  @Test
  void whoIsNotRegisteredWritesNothing() {
    assertThat(failure(store.journal().append("x", 1, appends("r", "e", 1, 1))).getMessage())
        .contains("x is not registered");
    await(store.instances().delete("i"));
    failure(store.journal().append("i", 1, appends("lobby", "e", 1, 1)));
    failure(store.snapshots().save("i", 1, "lobby", snapshot(0, "e"), Retention.ALL));
  }

  @Test
  void theListIsFilteredByEachAndByAllTogether() {
    await(register().create(new Registered("f1", "Größe 100%", "chat", "{}", 1, 0, true, "e")));
    await(register().create(new Registered("f2", "GRÖSSE", "game", "{}", 1, 0, false, null)));
    await(register().create(new Registered("f3", "under_score", "game", "{}", 1, 0, true, "e")));
    assertThat(ids("", 9, new Filter("game", null, null))).containsExactly("f2", "f3");
    assertThat(ids("", 9, new Filter(null, null, true))).containsExactly("f1", "f3");
    assertThat(ids("", 9, new Filter(null, null, false))).containsExactly("f2", "i");
    assertThat(ids("", 9, new Filter(null, "GRÖ", null))).containsExactly("f1", "f2");
    assertThat(ids("", 9, new Filter(null, "0%", null))).containsExactly("f1");
    assertThat(ids("", 9, new Filter(null, "r_s", null))).containsExactly("f3");
    assertThat(ids("", 9, new Filter("game", "s", true))).containsExactly("f3");
    assertThat(ids("f3", 9, new Filter("game", null, null))).isEmpty();
  }

  @Test
  void aDeletedInstanceIsGoneWithAllItKept() {
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 50)));
    Future<Void> deleted = register().delete("i");
    Future<Boolean> anew = register().create(instance("i"));
    await(deleted);
    assertThat(await(anew)).isTrue();
    assertThat(await(store.journal().rooms("i"))).isEmpty();
    await(store.journal().append("i", 1, appends("lobby", "e", 1, 1)));
    assertThat(await(store.journal().read("i", "lobby", 0, 9)).entries()).hasSize(1);
    await(register().delete("i"));
    assertThat(await(register().find("i"))).isNull();
    assertThat(await(register().count())).isZero();
  }
}
